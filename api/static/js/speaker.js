// Calls spoken one after another, each once. Pure: no DOM, no sound of its own, so that it can be tried with any engine.

/** A call that could not be spoken for so long is not spoken any more: its visitor has seen it, or has gone. */
const FRESH_MS = 60_000;
/** No engine is trusted to come to an end: longer than the slowest one speaks. */
const LIMIT_MS = 6000;
const LIMIT_PER_SIGN_MS = 350;

/**
 * Options: `speak(item, {first, signal})` sounds a call and ends with it; `first` when it was still before, `signal`
 * says that its time is over. `now()` is the hall's moment (ms), `quiet()` whether the hall is to be still now.
 * `keep(calls)` remembers, also over a reload, the calls that have not begun: one that has begun is never repeated.
 * `kept` is what was remembered. A speaker begins locked.
 */
export class Speaker {
  #options;
  #waiting = [];
  #test = null;
  #locked = true;
  #busy = false;

  constructor({ kept = [], ...options }) {
    this.#options = options;
    this.add(kept);
  }

  /** Calls to be spoken, in their order. */
  add(calls) {
    this.#keep([...this.#waiting, ...calls]);
    if (this.#locked) this.#forget();
    this.#run();
  }

  /** Something that somebody wants to hear now: after what is being said, before the calls, and in quiet hours too. */
  test(item) {
    this.#test = item;
    this.#run();
  }

  get busy() {
    return this.#busy;
  }

  /** The browser lets nothing sound. */
  lock() {
    this.#locked = true;
  }

  unlock() {
    if (!this.#locked) return;
    this.#locked = false;
    this.#forget();
    this.#run();
  }

  #keep(calls) {
    this.#waiting = calls;
    this.#options.keep(calls);
  }

  #forget() {
    const now = this.#options.now();
    this.#keep(this.#waiting.filter((call) => now - Date.parse(call.at) <= FRESH_MS));
  }

  async #run() {
    if (this.#busy) return;
    this.#busy = true;
    for (let first = true, item; (item = this.#next()); first = false) await this.#sound(item, first);
    this.#busy = false;
  }

  #next() {
    if (this.#locked) return null;
    if (this.#test) {
      const item = this.#test;
      this.#test = null;
      return item;
    }
    if (this.#options.quiet()) this.#keep([]);
    const [call, ...others] = this.#waiting;
    if (call) this.#keep(others);
    return call;
  }

  async #sound(item, first) {
    const { say = "", say_en = "" } = item;
    const over = new AbortController();
    const ended = new Promise((end) => over.signal.addEventListener("abort", end));
    const timer = setTimeout(() => over.abort(), LIMIT_MS + LIMIT_PER_SIGN_MS * (say.length + say_en.length));
    try {
      await Promise.race([this.#options.speak(item, { first, signal: over.signal }), ended]);
    } catch (error) {
      console.warn("voice", error);
    } finally {
      clearTimeout(timer);
      over.abort();
    }
  }
}

/** Whether the time of day `clock` (HH:MM) lies in the quiet hours `[from, until]`, which may run over midnight. */
export function isQuiet(quiet, clock) {
  if (!quiet) return false;
  const [from, until] = quiet;
  return from <= until ? from <= clock && clock < until : clock >= from || clock < until;
}
