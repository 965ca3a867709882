// A hall's picture, live: applies the frames, notices gaps, confirms what is shown.

import { apply, blank } from "./picture.js";
import { Socket } from "./socket.js";

/**
 * Options: `token` a device's token, a guest without one; `heard` what an earlier page announced (`picture.heard`);
 * `changed(picture, news)` after every frame that says something new, `news` being the calls to announce, each once;
 * `away(since)` when the server is lost, `since` (ms) the moment of its last word, and `away(null)` when it is back;
 * `window` the number of the window that the screen belongs to, if any; `refused(code)` when the server does not take the
 * token for this place (the picture goes on), and `refused(null)` at every new connection.
 */
export class Live {
  #options;
  #picture;
  #socket;
  #ahead = 0;
  #lastWord = null;
  #lost = false;
  #asked = true;

  constructor(hall, options) {
    this.#options = options;
    this.#picture = blank(options.heard);
    this.#socket = new Socket(`/halls/${encodeURIComponent(hall)}/board/live`, {
      opened: () => this.#hello(),
      heard: (frame) => this.#heard(frame),
      lost: () => this.#away(),
    });
  }

  /** The server's time (ms): what a screen's own clock says does not matter. */
  now() {
    return Date.now() + this.#ahead;
  }

  /** Stop for good. */
  close() {
    this.#socket.close();
  }

  #hello() {
    this.#asked = true;
    this.#options.refused?.(null);
    const { token = "", window } = this.#options;
    this.#socket.say({ type: "hello", token, window });
  }

  #away() {
    if (this.#lost) return;
    this.#lost = true;
    this.#options.away(this.#lastWord ?? this.now());
  }

  #heard(frame) {
    if (frame.at) this.#setClock(Date.parse(frame.at));
    this.#lastWord = this.now();
    if (frame.type === "ping") return this.#confirm(); // again, because the server notes it only every few seconds
    if (frame.type === "refused") return this.#options.refused?.(frame.code);
    if (frame.type === "snapshot") this.#settle();
    const { picture, news, gap } = apply(this.#picture, frame, this.now());
    if (gap) return this.#resync();
    this.#picture = picture;
    this.#options.changed(picture, news);
    if (frame.type !== "call") this.#confirm();
  }

  #setClock(at) {
    const ahead = at - Date.now();
    if (Math.abs(ahead - this.#ahead) > 500) this.#ahead = ahead; // else only the network's moods
  }

  /** What this screen shows. */
  #confirm() {
    const { revision } = this.#picture;
    if (revision !== null) this.#socket.say({ type: "ack", revision });
  }

  #settle() {
    this.#socket.settled();
    this.#asked = false;
    if (!this.#lost) return;
    this.#lost = false;
    this.#options.away(null);
  }

  #resync() {
    if (this.#asked) return;
    this.#asked = true;
    this.#socket.say({ type: "resync" });
  }
}
