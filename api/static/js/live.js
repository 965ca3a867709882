// A hall's picture, live: connects, applies the frames, notices gaps and silence, and comes back by itself.

import { apply, blank } from "./picture.js";

/** The server pings every 15 s; without any frame for so long it is lost. */
const SILENCE_MS = 40_000;
const CONNECT_MS = 10_000;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 15_000;

/**
 * Options: `token` a device's token, a guest without one; `heard` what an earlier page announced (`picture.heard`);
 * `changed(picture, news)` after every frame that says something new, `news` being the calls to announce, each once;
 * `away(since)` when the server is lost, `since` (ms) the moment of its last word, and `away(null)` when it is back;
 * `window` the number of the window that the screen belongs to, if any; `refused(code)` when the server does not take the
 * token for this place (the picture goes on), and `refused(null)` at every new try.
 */
export class Live {
  #url;
  #options;
  #picture;
  #socket = null;
  #timer = 0;
  #tries = 0;
  #ahead = 0;
  #lastWord = null;
  #lost = false;
  #asked = false;

  constructor(hall, options) {
    this.#url = new URL(`/api/v1/halls/${encodeURIComponent(hall)}/board/live`, location.href);
    this.#url.protocol = this.#url.protocol.replace("http", "ws");
    this.#options = options;
    this.#picture = blank(options.heard);
    this.#connect();
  }

  /** The server's time (ms): what a screen's own clock says does not matter. */
  now() {
    return Date.now() + this.#ahead;
  }

  /** Stop for good. */
  close() {
    this.#drop();
  }

  #connect() {
    const socket = (this.#socket = new WebSocket(this.#url));
    this.#asked = true;
    this.#options.refused?.(null);
    const { token = "", window } = this.#options;
    socket.onopen = () => this.#say({ type: "hello", token, window });
    socket.onmessage = (message) => this.#heard(JSON.parse(message.data));
    socket.onclose = () => this.#retry();
    this.#timer = setTimeout(() => this.#retry(), CONNECT_MS);
  }

  #drop() {
    clearTimeout(this.#timer);
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
  }

  #retry() {
    this.#drop();
    if (!this.#lost) {
      this.#lost = true;
      this.#options.away(this.#lastWord ?? this.now());
    }
    // Between half and all of it, so that a restarted server is not met by every screen at once.
    const wait = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#tries++) * (0.5 + Math.random() / 2);
    this.#timer = setTimeout(() => this.#connect(), wait);
  }

  #say(words) {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(words));
  }

  #heard(frame) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#retry(), SILENCE_MS);
    if (frame.at) this.#setClock(Date.parse(frame.at));
    this.#lastWord = this.now();
    if (frame.type === "ping") return this.#answer();
    if (frame.type === "refused") return this.#options.refused?.(frame.code);
    if (frame.type === "snapshot") this.#settle();
    const { picture, news, gap } = apply(this.#picture, frame, this.now());
    if (gap) return this.#resync();
    this.#picture = picture;
    this.#options.changed(picture, news);
    if (frame.type !== "call") this.#say({ type: "ack", revision: picture.revision });
  }

  #setClock(at) {
    const ahead = at - Date.now();
    if (Math.abs(ahead - this.#ahead) > 500) this.#ahead = ahead; // else only the network's moods
  }

  #answer() {
    this.#say({ type: "pong" });
    // Once more, because the server notes what a screen shows only every few seconds.
    if (this.#picture.revision !== null) this.#say({ type: "ack", revision: this.#picture.revision });
  }

  #settle() {
    this.#tries = 0;
    this.#asked = false;
    if (!this.#lost) return;
    this.#lost = false;
    this.#options.away(null);
  }

  #resync() {
    if (this.#asked) return;
    this.#asked = true;
    this.#say({ type: "resync" });
  }
}
