// What every screen of the hall does besides its picture: whose it is, and what it says while the server is away.

import { fill } from "./api.js";
import { span } from "./picture.js";

const TOKEN = "paihao.board.token";
const byId = (id) => document.getElementById(id);

/** Given once in the address (#token=), kept by this browser; a screen without one is a guest. */
export function deviceToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    localStorage.setItem(TOKEN, given);
    history.replaceState(null, "", location.pathname + location.search);
  }
  return given ?? localStorage.getItem(TOKEN) ?? "";
}

/** Text that gets smaller rather than being cut off: nobody can find half a window number. `width` in ems. */
export function fit(place, width, ...parts) {
  place.replaceChildren(...parts);
  place.style.setProperty("--ems", width.toFixed(2));
}

export function small(text) {
  const made = document.createElement("small");
  made.textContent = text;
  return made;
}

addEventListener("hashchange", () => location.reload()); // another token

/** The bands of band.html: the picture is old, or the server does not know this device here. */
export class Band {
  #away = byId("away");
  #since = null;
  #time;

  constructor(timezone) {
    const language = document.documentElement.lang;
    this.#time = new Intl.DateTimeFormat(language, { timeZone: timezone, timeStyle: "short", hourCycle: "h23" });
  }

  /** `since` (ms): the server's last word, null when it is back; `shown`: there is a picture that grows old. */
  away(since, shown) {
    this.#since = since;
    this.#away.hidden = since === null;
    if (since === null) return;
    const { stopped, connecting } = this.#away.dataset;
    byId("stopped").textContent = shown ? fill(stopped, { time: this.#time.format(since) }) : connecting;
    this.tick(since);
  }

  /** `code`: why the server does not take this screen for one of its own; null once it does. */
  refused(code) {
    byId("refused").hidden = code === null;
    byId("refused").textContent = code ? (byId("refused").dataset[code] ?? code) : "";
  }

  /** The age of the picture at the moment `now` (ms); called every second. */
  tick(now) {
    if (this.#since === null) return;
    const { unit, count } = span(now - this.#since);
    byId("age").textContent = fill(this.#away.dataset[unit], { count });
  }
}
