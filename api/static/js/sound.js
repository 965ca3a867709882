// What sounds: the chime, the browser's own voice, and clips of the server where it has none that is fit.

const VOICES_MS = 1500;
const START_MS = 4000;
const RATE = 0.95;
/** Tones of the chime: frequency (Hz), beginning and length (s). Calls that follow each other are parted by a short one. */
const CHIME = [[659.25, 0, 0.8], [523.25, 0.4, 0.8]];
const SHORT_CHIME = [[659.25, 0, 0.35]];

export class Sound {
  #context = new AudioContext();
  #gain = this.#context.createGain();
  #voices = voicesLoaded();
  #saying = null;

  /** `changed()` when the browser locks or unlocks sound. */
  constructor(changed) {
    this.#gain.connect(this.#context.destination);
    this.#context.addEventListener("statechange", changed);
  }

  get locked() {
    return this.#context.state !== "running";
  }

  /** Only while somebody touches the page or presses a key. */
  unlock() {
    if (this.locked) this.#context.resume();
  }

  /** 0 to 1. */
  get volume() {
    return this.#gain.gain.value;
  }

  set volume(level) {
    this.#gain.gain.value = level;
  }

  /** Two tones, or a short one; ends with them. */
  async chime(whole) {
    const now = this.#context.currentTime;
    await Promise.all((whole ? CHIME : SHORT_CHIME).map(([pitch, after, length]) => this.#tone(pitch, now + after, length)));
  }

  #tone(pitch, start, length) {
    const [tone, fade] = [this.#context.createOscillator(), this.#context.createGain()];
    tone.frequency.value = pitch;
    fade.gain.setValueAtTime(0, start);
    fade.gain.linearRampToValueAtTime(0.5, start + 0.02);
    fade.gain.exponentialRampToValueAtTime(0.001, start + length);
    tone.connect(fade).connect(this.#gain);
    tone.start(start);
    tone.stop(start + length);
    return new Promise((end) => (tone.onended = end));
  }

  /**
   * Make ready to say a text, `clip` being the address of its sound at the server. Gives a function that says it, and
   * that fails when neither the browser nor the server can.
   */
  prepare(language, text, clip, signal) {
    const voice = this.#voices.then(() => voiceFor(language));
    const fetched = voice.then((known) => (known ? null : this.#fetch(clip, signal)));
    fetched.catch(() => {}); // told when it is its turn
    return async () => {
      const known = await voice;
      if (known && (await this.#speak(known, text, signal))) return;
      await this.#play((await fetched) ?? (await this.#fetch(clip, signal)), signal);
    };
  }

  /** By the browser; gives whether it was said. An engine that does not begin is not waited for. */
  #speak(voice, text, signal) {
    return new Promise((end) => {
      // Held, because browsers forget an utterance that nobody holds, and then never say that it ended.
      const said = (this.#saying = new SpeechSynthesisUtterance(text));
      let begun = false;
      const stop = () => {
        speechSynthesis.cancel();
        end(begun || signal.aborted);
      };
      const timer = setTimeout(stop, START_MS);
      Object.assign(said, { voice, lang: voice.lang, rate: RATE, volume: this.volume });
      said.onstart = () => {
        begun = true;
        clearTimeout(timer);
      };
      said.onend = said.onerror = (event) => {
        clearTimeout(timer);
        end(begun || event.type === "end");
      };
      signal.addEventListener("abort", () => this.#saying === said && stop());
      speechSynthesis.speak(said);
    }).finally(() => (this.#saying = null));
  }

  async #fetch(clip, signal) {
    const answer = await fetch(clip, { signal });
    if (!answer.ok) throw new Error(`${clip}: ${answer.status}`);
    return this.#context.decodeAudioData(await answer.arrayBuffer());
  }

  #play(buffer, signal) {
    if (signal.aborted) return null;
    const source = this.#context.createBufferSource();
    source.buffer = buffer;
    source.connect(this.#gain);
    signal.addEventListener("abort", () => source.stop());
    return new Promise((end) => {
      source.onended = end;
      source.start();
    });
  }
}

/** Browsers load their voices when they are first asked for them, and not all of them ever say so. */
function voicesLoaded() {
  const { speechSynthesis } = window;
  if (!speechSynthesis || speechSynthesis.getVoices().length) return Promise.resolve();
  return new Promise((loaded) => {
    speechSynthesis.addEventListener("voiceschanged", loaded, { once: true });
    setTimeout(loaded, VOICES_MS);
  });
}

/**
 * A voice of this machine: voices from the internet fail in a hall without it. Cantonese is not Mandarin, and espeak's
 * plain Mandarin, as browsers on Linux offer it, reads Chinese as English; the server knows the right one.
 */
function voiceFor(language) {
  const all = (window.speechSynthesis?.getVoices() ?? []).filter((voice) => voice.localService && !/espeak/i.test(voice.name));
  if (language === "en") return all.find((voice) => /^en\b/i.test(voice.lang.replace("_", "-")));
  const mandarin = all.filter(({ lang }) => /^(zh|cmn)/i.test(lang) && !/hk|mo|yue/i.test(lang));
  return mandarin.find(({ lang }) => /cn|hans/i.test(lang)) ?? mandarin[0];
}
