// A socket that comes back by itself: it notices silence, answers pings, and waits longer after every try.

/** The server pings every 15 s; without any frame for so long it is lost. */
const SILENCE_MS = 40_000;
const CONNECT_MS = 10_000;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 15_000;

/** `on`: `opened()` at every new connection, `heard(frame)` at every frame, pings too, `lost()` at every one that failed. */
export class Socket {
  #url;
  #on;
  #socket = null;
  #timer = 0;
  #tries = 0;

  constructor(path, on) {
    this.#url = new URL(`/api/v1${path}`, location.href);
    this.#url.protocol = this.#url.protocol.replace("http", "ws");
    this.#on = on;
    this.#connect();
  }

  say(words) {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(words));
  }

  /** It gave what it was opened for: should it be lost, the first tries come soon again. */
  settled() {
    this.#tries = 0;
  }

  /** Stop for good. */
  close() {
    clearTimeout(this.#timer);
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
  }

  #connect() {
    const socket = (this.#socket = new WebSocket(this.#url));
    socket.onopen = () => this.#on.opened?.();
    socket.onmessage = (message) => this.#heard(JSON.parse(message.data));
    socket.onclose = () => this.#retry();
    this.#timer = setTimeout(() => this.#retry(), CONNECT_MS);
  }

  #retry() {
    this.close();
    this.#on.lost?.();
    // Between half and all of it, so that a restarted server is not met by every screen at once.
    const wait = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#tries++) * (0.5 + Math.random() / 2);
    this.#timer = setTimeout(() => this.#connect(), wait);
  }

  #heard(frame) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#retry(), SILENCE_MS);
    if (frame.type === "ping") this.say({ type: "pong" });
    this.#on.heard(frame);
  }
}
