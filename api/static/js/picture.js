// A hall's picture at a screen, as a value. Pure: no DOM, no clock, no socket. Frames come from display/state.py.

/** A call that is older is shown, but nobody is told about it any more. */
const NEWS_MS = 60_000;
const CALLS_KEPT = 40;
const HEARD_KEPT = 200;

/** The picture before the first snapshot; `heard`: keys of the calls that this screen dealt with in an earlier life. */
export function blank(heard = []) {
  return {
    revision: null, name: "", name_en: "", ticker: "", first_desk: "",
    windows: new Map(), lines: new Map(), calls: [], quiet: null, leader: "", slides: [], heard: new Set(heard),
  };
}

/**
 * Apply a frame at the moment `now` (ms). Gives the new picture; `news`: the calls to announce, oldest first, each call
 * once in the life of a screen; `gap`: the frame does not fit, ask for a snapshot.
 */
export function apply(picture, frame, now) {
  switch (frame.type) {
    case "snapshot": {
      const { type, windows, lines, ...rest } = frame;
      return hear({ ...picture, ...rest, windows: byId(windows), lines: byId(lines) }, rest.calls, now);
    }
    case "call": {
      const others = picture.calls.filter((call) => call.id !== frame.call.id);
      const calls = [frame.call, ...others].sort((a, b) => b.id - a.id).slice(0, CALLS_KEPT);
      return hear({ ...picture, calls }, [frame.call], now);
    }
    case "change": {
      if (frame.base !== picture.revision) return { picture, news: [], gap: true };
      const { type, base, windows = [], lines = [], ...rest } = frame;
      const [allWindows, allLines] = [byId(windows, picture.windows), byId(lines, picture.lines)];
      return { picture: { ...picture, ...rest, windows: allWindows, lines: allLines }, news: [], gap: false };
    }
    default:
      return { picture, news: [], gap: false };
  }
}

function byId(changed, all = []) {
  return new Map([...all, ...changed.map((one) => [one.id, one])]);
}

function hear(picture, calls, now) {
  // The moment belongs to the key: a server that was set up anew counts from 1 again.
  const key = (call) => `${call.id} ${call.at}`;
  const unheard = calls.filter((call) => !picture.heard.has(key(call))).sort((a, b) => a.id - b.id);
  const heard = new Set([...picture.heard, ...unheard.map(key)].slice(-HEARD_KEPT));
  const news = unheard.filter((call) => now - Date.parse(call.at) <= NEWS_MS);
  return { picture: { ...picture, heard }, news, gap: false };
}

/** The picture of some zones of the hall alone; of the whole hall when there are none in the set. */
export function within(picture, zones) {
  if (zones.size === 0) return picture;
  const calls = picture.calls.filter((call) => zones.has(call.zone));
  return { ...picture, calls, lines: new Map([...picture.lines].filter(([, line]) => zones.has(line.zone))) };
}

/** The calls to show, newest first: `count` at most, one per number. */
export function newest(calls, count) {
  return [...new Map([...calls].reverse().map((call) => [call.number, call])).values()]
    .sort((a, b) => b.id - a.id)
    .slice(0, count);
}

/**
 * The lines that concern anybody (an open window or waiting people) as pages of `room` rows: `[[{zone, lines}]]`.
 * A zone's name takes a row too. A zone stays together when it fits on a page; small zones share one.
 */
export function pages(lines, room) {
  const zones = new Map();
  for (const line of lines) {
    if (line.open || line.waiting) zones.set(line.zone, [...(zones.get(line.zone) ?? []), line]);
  }
  const made = [];
  let left = 0;
  for (const [zone, all] of zones) {
    for (let start = 0; start < all.length; start += room - 1) {
      const part = { zone, lines: all.slice(start, start + room - 1) };
      if (part.lines.length + 1 > left) {
        made.push([]);
        left = room;
      }
      made.at(-1).push(part);
      left -= part.lines.length + 1;
    }
  }
  return made;
}

/** A long notice in pieces to be read one after the other: whole sentences, `longest` characters if they allow. */
export function pieces(text, longest) {
  const made = [""];
  for (const sentence of text.match(/[^。；！？;!?]+[。；！？;!?]*/gu) ?? []) {
    if (made.at(-1) && made.at(-1).length + sentence.length > longest) made.push("");
    made[made.length - 1] += sentence;
  }
  return made.map((piece) => piece.trim());
}

/** About how wide a text is at most, in units of its type size. */
export function ems(text) {
  return [...text].reduce((sum, sign) => sum + emsOf(sign), 0);
}

function emsOf(sign) {
  if (sign >= "\u2e80") return 1; // Chinese
  if ("MW".includes(sign)) return 0.95;
  return sign >= "A" && sign <= "Z" ? 0.7 : 0.6;
}

/** How long something lasts, in its largest whole unit: `{unit, count}`. */
export function span(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const [unit, length] = seconds < 60 ? ["seconds", 1] : seconds < 3600 ? ["minutes", 60] : ["hours", 3600];
  return { unit, count: Math.floor(seconds / length) };
}
