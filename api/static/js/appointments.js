// What stands on appointments: their codes, as they are typed, scanned or pasted.

export const CODE_LENGTH = 8;

const LINK = /\/appointments\/([^/?#\s]+)/;

/** The code in a scanned or pasted link, or typed by itself, however it is spaced; null when there is none. */
export function codeIn(text) {
  const said = LINK.exec(text)?.[1] ?? text;
  const signs = said.normalize("NFKC").toUpperCase().replace(/[\s·-]/g, "");
  return signs.length === CODE_LENGTH && /^[A-Z0-9]+$/.test(signs) ? signs : null;
}

/** A code in groups of four, as it is read out. */
export const grouped = (code) => code.replace(/(.{4})(?=.)/g, "$1 ");

/** Days with their slots: `[{...day, slots, free}]`. */
export function daysOf({ days, slots }) {
  return days.map((day) => {
    const own = slots.filter((slot) => slot.day === day.day);
    return { ...day, slots: own, free: own.reduce((sum, slot) => sum + slot.free, 0) };
  });
}

/** A day's weekday and date in words; `day` is YYYY-MM-DD and belongs to no time zone. */
export function named(day, options) {
  return new Intl.DateTimeFormat(document.documentElement.lang, { timeZone: "UTC", ...options }).format(new Date(day));
}
