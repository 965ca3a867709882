// Beside the windows: the day's figures, lines with those over their limit on top, longest waits, what needs somebody.
import { fill } from "./api.js";

const at = (id) => document.getElementById(id);
const NEEDS_SHOWN = 6;
const FIGURES = ["issued", "waiting", "served", "missed", "wait_minutes"];
let known = null;

export function showFigures(today, words) {
  const shown = FIGURES.flatMap((name) => [element("dt", words.figures[name]), element("dd", String(today[name]))]);
  replace(at("figures"), shown);
}

/** Lines over their limit on top, the worst first; the others never change their places. */
export function showLines(lines, words) {
  const over = lines.filter((line) => line.over).sort((a, b) => b.longest - b.limit - (a.longest - a.limit));
  replace(at("over"), over.map((line) => {
    const row = lineRow(line, words, fill(words.limit, { minutes: line.longest, limit: line.limit }));
    row.querySelector(".name").after(element("span", words.over, "sign"));
    return row;
  }));
  replace(at("lines"), lines.filter((line) => !line.over).map((line) => {
    const row = lineRow(line, words, line.waiting ? fill(words.minutes, { minutes: line.longest }) : "");
    if (!line.waiting && !line.open) row.className = "still";
    return row;
  }));
}

function lineRow({ prefix, name, waiting, open }, words, longest) {
  const row = element("li");
  row.append(
    element("b", prefix),
    element("span", name, "name"),
    element("span", fill(words.waiting, { count: waiting })),
    element("span", fill(words.windows, { count: open })),
    element("span", longest),
  );
  return row;
}

export function showLongest(longest, words) {
  const rows = longest.map(({ number, line_name: line, minutes }) => {
    const row = element("li");
    row.append(element("b", number), element("span", line, "name"), element("span", fill(words.minutes, { minutes })));
    return row;
  });
  replace(at("longest"), rows.length ? rows : [element("li", words.nobody_waits, "none")]);
}

/** Show what needs somebody; gives what is new in it, to be told. */
export function showNeeds({ screens, printers, lines, now }, words) {
  const clock = (stamp) => stamp.slice(stamp.slice(0, 10) === now.slice(0, 10) ? 11 : 5, 16).replace("T", " ");
  const silent = screens.filter(({ alive, seen_at: seen }) => seen && !alive);
  const needs = [
    ...silent.map(({ id, name, seen_at: seen }) => ({ key: `s${id}`, text: fill(words.silent, { name, time: clock(seen) }) })),
    ...printers.filter(({ fault }) => fault)
      .map(({ id, name, fault_text: fault }) => ({ key: `p${id}${fault}`, text: fill(words.printer, { name, fault }) })),
  ];
  const texts = needs.map(({ text }) => text);
  if (texts.length > NEEDS_SHOWN) texts.splice(NEEDS_SHOWN - 1, Infinity, fill(words.more, { count: texts.length - NEEDS_SHOWN + 1 }));
  at("needs").hidden = !needs.length;
  replace(at("needs").querySelector("ul"), texts.map((text) => element("li", text)));
  const over = lines.filter((line) => line.over).map((line) => ({
    key: `l${line.prefix}`, text: fill(words.over_told, { line: line.name, minutes: line.longest, limit: line.limit }),
  }));
  const all = [...needs, ...over];
  const news = known && all.filter(({ key }) => !known.has(key)).map(({ text }) => text).join("；");
  known = new Set(all.map(({ key }) => key));
  return news;
}

export function element(name, text = "", kind = "") {
  const made = document.createElement(name);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

/** Put them there unless they say the same as what is there: a page that stands still is read more easily. */
export function replace(place, made) {
  const before = place.innerHTML;
  const holder = document.createElement("div");
  holder.append(...made);
  if (holder.innerHTML !== before) place.replaceChildren(...holder.childNodes);
}
