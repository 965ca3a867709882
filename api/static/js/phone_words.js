// How the phone desk says things: days, codes, and where words go on the page.

const language = document.documentElement.lang;
const dayName = new Intl.DateTimeFormat(language, { month: "short", day: "numeric", timeZone: "UTC" });
const weekday = new Intl.DateTimeFormat(language, { weekday: "short", timeZone: "UTC" });

/** A local date, or the date of a moment with the hall's own offset, as people say it. */
export function dayOf(stamp) {
  return dayName.format(new Date(stamp.slice(0, 10)));
}

export function weekdayOf(stamp) {
  return weekday.format(new Date(stamp.slice(0, 10)));
}

/** The hour of a moment with the hall's own offset. */
export function hourOf(stamp) {
  return stamp.slice(11, 16);
}

/** A code in groups of four, to be read out. */
export function inFours(code) {
  return code.match(/.{1,4}/g).join(" ");
}

/** Words at their place; untouched when nothing changed. */
export function put(id, text) {
  const place = document.getElementById(id);
  if (place.textContent !== text) place.textContent = text;
}

export function tags(id, wanted) {
  document.getElementById(id).replaceChildren(...wanted.filter(Boolean).map((text) => (
    Object.assign(document.createElement("span"), { textContent: text, className: "tag" }))));
}
