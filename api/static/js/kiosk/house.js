// What the kiosk knows of its hall, and how it asks the server.

import { Refused, Unreachable, call, fill, texts } from "../api.js";

/** `fault`: why the kiosk cannot serve now, null when it can. */
export const house = { token: null, code: null, hall: null, favourites: [], fault: null };

export const get = (path) => call("GET", path, undefined, { token: house.token });

/** No answer that could be trusted: the same request, sent again, may still succeed. */
export const lost = (error) => error instanceof Unreachable || error.status >= 500;

/** Learn who we are and how the hall stands. Throws what `call` throws. */
export async function learn() {
  if (!house.token) throw new Refused({ code: "unregistered", status: 401 });
  if (!house.code) {
    const session = await get("/session");
    if (session.role !== "kiosk") throw new Refused({ code: "wrong_kind", status: 403 });
    house.code = session.hall;
  }
  const [hall, items] = await Promise.all([get(`/halls/${house.code}`), get(`/halls/${house.code}/items`)]);
  Object.assign(house, { hall, favourites: items.items });
}

/** The hall's line of a kind, or the one with a prefix. */
export const lineOf = (kind) => house.hall.lines.find((line) => line.kind === kind);
export const lineNamed = (prefix) => house.hall.lines.find((line) => line.prefix === prefix);

/** A moment in the hall's time and the page's language. */
export function local(moment, options) {
  const timeZone = house.hall?.timezone ?? "Asia/Shanghai";
  return new Intl.DateTimeFormat(document.documentElement.lang, { timeZone, ...options }).format(moment);
}

/** Today's opening hours in the hall, as "今天办公时间 08:30–12:00  14:00–17:30", or why there are none. */
export function hoursToday() {
  const { spells, why, reason, reason_en } = house.hall.today;
  const say = texts(), words = (document.documentElement.lang === "en" && reason_en) || reason;
  const hours = spells.map((spell) => `${spell.opens}–${spell.closes}`).join("  ");
  if (hours) {
    const note = { exception: fill(say.noted, { reason: words }), make_up: say.make_up }[why];
    return [fill(say.today, { hours }), note].filter(Boolean).join(" ");
  }
  if (why === "holiday") return fill(say.holiday, { festival: words });
  return why === "exception" ? fill(say.shut, { reason: words }) : say.day_off;
}
