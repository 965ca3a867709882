// The board's voice: what it says of itself on the screen, the volume, and the speaker that the calls go to.

import { Sound } from "./sound.js";
import { Speaker, isQuiet } from "./speaker.js";

const UNSPOKEN = "paihao.board.unspoken";
const VOLUME = "paihao.board.volume";
const AWAKE_MS = 4000;
/** A browser that lets a page sound at once needs a moment to say so. */
const PROBE_MS = 500;

const byId = (id) => document.getElementById(id);

/** 0 to 1, kept by this browser. */
const volume = () => Number(localStorage.getItem(VOLUME) ?? 0.8);

export class Voice {
  #hall;
  #now;
  #clock;
  #muted = new URLSearchParams(location.search).get("sound") === "off";
  #quiet = null;
  #failed = false;
  #probing = true;
  #sound = null;
  #speaker = null;

  /** `hall` its code, `timezone` its time zone, `now()` its moment (ms). */
  constructor({ hall, timezone, now }) {
    this.#hall = `/api/v1/halls/${encodeURIComponent(hall)}`;
    this.#now = now;
    this.#clock = new Intl.DateTimeFormat("en-GB", { timeZone: timezone, timeStyle: "short", hourCycle: "h23" });
    if (!this.#muted) this.#listen();
    this.#drawPanel();
    this.#show();
  }

  /** What the board shows now, and the calls in it that nobody has been told of. */
  hear(picture, news) {
    this.#quiet = picture.quiet;
    if (this.#muted) return;
    // Not before the first picture: only now is the hall's moment known, and with it how old a remembered call is.
    this.#speaker ??= new Speaker({
      kept: JSON.parse(sessionStorage.getItem(UNSPOKEN) ?? "[]"),
      keep: (calls) => sessionStorage.setItem(UNSPOKEN, JSON.stringify(calls)),
      now: this.#now,
      quiet: () => this.#isQuiet(),
      speak: (item, turn) => this.#speak(item, turn),
    });
    this.#speaker.add(news);
    this.#show();
  }

  /** Calls are being spoken, one after another. */
  get busy() {
    return this.#speaker?.busy ?? false;
  }

  #listen() {
    this.#sound = new Sound(() => this.#show());
    this.#sound.volume = volume();
    for (const gesture of ["pointerup", "click", "keydown"]) addEventListener(gesture, () => this.#sound.unlock());
    setTimeout(() => {
      this.#probing = false;
      this.#show();
    }, PROBE_MS);
    setInterval(() => this.#show(), 1000);
  }

  #isQuiet() {
    return isQuiet(this.#quiet, this.#clock.format(this.#now()));
  }

  /** What keeps the board from speaking, if anything does; first what somebody must do something about. */
  #show() {
    if (this.#sound?.locked) this.#speaker?.lock();
    else this.#speaker?.unlock();
    const state = this.#state();
    for (const sign of document.querySelectorAll("[data-sound]")) sign.hidden = sign.dataset.sound !== state;
  }

  #state() {
    if (this.#muted) return "off";
    if (this.#sound.locked) return this.#probing ? "on" : "locked";
    if (this.#isQuiet()) return "quiet";
    return this.#failed ? "fails" : "on";
  }

  async #speak(item, { first, signal }) {
    // The moment is there for caches only: a hall that is set up anew counts its calls from 1 again.
    const clip = (language) =>
      item.id ? `${this.#hall}/calls/${item.id}/voice?${new URLSearchParams({ language, at: item.at })}` : item.clip;
    const texts = [["zh", item.say], ["en", item.say_en]].filter(([, text]) => text);
    const parts = texts.map(([language, text]) => this.#sound.prepare(language, text, clip(language), signal));
    await this.#sound.chime(first);
    try {
      for (const say of parts) if (!signal.aborted) await say();
      this.#failed = false;
    } catch (error) {
      this.#failed = true;
      throw error;
    } finally {
      this.#show();
    }
  }

  // The panel: opened by the key v, or by a button that shows while somebody moves the pointer.

  #drawPanel() {
    const [panel, open, level] = ["volume", "volume-open", "volume-level"].map(byId);
    let timer = 0;
    addEventListener("pointermove", () => {
      document.body.classList.add("awake");
      clearTimeout(timer);
      timer = setTimeout(() => document.body.classList.remove("awake"), AWAKE_MS);
    });
    const toggle = (shown) => {
      panel.hidden = !shown;
      open.setAttribute("aria-expanded", String(shown));
      if (!shown) return document.activeElement.blur();
      panel.querySelector("input:enabled, a").focus();
      this.#test();
    };
    open.addEventListener("click", () => toggle(panel.hidden));
    byId("volume-close").addEventListener("click", () => toggle(false));
    byId("volume-test").addEventListener("click", () => this.#test());
    addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
      if (event.key.toLowerCase() === "v") toggle(panel.hidden);
      if (event.key === "Escape" && !panel.hidden) toggle(false);
    });
    const tell = () => (byId("volume-told").textContent = `${level.value}%`);
    level.disabled = byId("volume-test").disabled = byId("volume-one").hidden = this.#muted;
    level.value = Math.round(volume() * 100);
    tell();
    level.addEventListener("input", () => {
      tell();
      this.#sound.volume = level.value / 100;
      localStorage.setItem(VOLUME, String(level.value / 100));
    });
    level.addEventListener("change", () => this.#test());
  }

  #test() {
    this.#speaker?.test({ say: byId("volume").dataset.sentence, clip: `${this.#hall}/voice-test` });
  }
}
