// The hall board: renders the picture that `Live` keeps. `paihao:call` on window tells of each call, once and in order.

import { fill, texts } from "./api.js";
import { Live } from "./live.js";
import { ems, newest, pages, pieces, span } from "./picture.js";

const CALLS_SHOWN = 7;
const PAGE_ROWS = 10;
const PAGE_MS = 8000;
const FRESH_MS = 10_000;
const TICKER_LENGTH = 70;
const TOKEN = "paihao.board.token";
const HEARD = "paihao.board.heard";

const words = texts();
const language = document.documentElement.lang;
const byId = (id) => document.getElementById(id);
const { hall, timezone } = byId("board").dataset;
const time = new Intl.DateTimeFormat(language, { timeZone: timezone, timeStyle: "medium", hourCycle: "h23" });
const shortTime = new Intl.DateTimeFormat(language, { timeZone: timezone, timeStyle: "short", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(language, { timeZone: timezone, month: "long", day: "numeric" });
const weekday = new Intl.DateTimeFormat(language, { timeZone: timezone, weekday: "long" });

let picture = null;
let page = 0;
let awaySince = null;

const live = new Live(hall, {
  token: deviceToken(),
  heard: JSON.parse(sessionStorage.getItem(HEARD) ?? "[]"),
  changed(now, news) {
    picture = now;
    sessionStorage.setItem(HEARD, JSON.stringify([...picture.heard]));
    showCalls(news);
    showPage();
    const name = (language === "en" && picture.name_en) || picture.name;
    fit(byId("hall"), ems(name), name);
    byId("desk").textContent = picture.first_desk && fill(words.first_desk, { desk: picture.first_desk });
    news.forEach(announce);
  },
  away(since) {
    awaySince = since;
    byId("away").hidden = since === null;
    if (since === null) return;
    byId("stopped").textContent = picture ? fill(words.stopped, { time: shortTime.format(since) }) : words.connecting;
    showAge();
  },
});

/** Given once in the address (#token=), kept by this browser; a board without one is a guest. */
function deviceToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given) {
    localStorage.setItem(TOKEN, given);
    history.replaceState(null, "", location.pathname + location.search);
  }
  return given ?? localStorage.getItem(TOKEN) ?? "";
}

function stamp(id) {
  return byId(id).content.firstElementChild.cloneNode(true);
}

// Calls: a row per number, kept while it is shown, so that only what is new moves.

const rows = new Map();

function showCalls(news) {
  const list = byId("calls");
  const shown = newest(picture.calls, CALLS_SHOWN);
  shown.forEach((call, place) => {
    const row = rows.get(call.number) ?? stamp("call");
    rows.set(call.number, row);
    fillRow(row, call);
    if (list.children[place] !== row) list.insertBefore(row, list.children[place] ?? null);
    if (news.some((one) => one.id === call.id)) flash(row, call);
  });
  for (const [number, row] of rows) {
    if (shown.some((call) => call.number === number)) continue;
    row.remove();
    rows.delete(number);
  }
  byId("welcome").hidden = shown.length > 0;
}

function fillRow(row, call) {
  const [before, after] = words.window.split("{window}");
  fit(row.querySelector(".number .fit"), ems(call.number), call.number);
  const width = ems(call.window) + ems(before + after) / 2;
  fit(row.querySelector(".window .fit"), width, small(before), call.window, small(after));
  fit(row.querySelector(".zone span"), ems(call.zone), call.zone);
}

/** Text that gets smaller rather than being cut off: nobody can find half a window number. */
function fit(place, width, ...parts) {
  place.replaceChildren(...parts);
  place.style.setProperty("--ems", width.toFixed(2));
}

function small(text) {
  const made = document.createElement("small");
  made.textContent = text;
  return made;
}

function flash(row, call) {
  row.dataset.call = call.id;
  row.classList.remove("fresh");
  void row.offsetWidth; // a recall flashes again
  row.classList.add("fresh");
  setTimeout(() => row.dataset.call === String(call.id) && row.classList.remove("fresh"), FRESH_MS);
}

function announce(call) {
  const said = document.createElement("p");
  said.textContent = fill(words.call, call);
  const spoken = byId("spoken");
  spoken.append(said);
  if (spoken.childElementCount > CALLS_SHOWN) spoken.firstElementChild.remove();
  window.dispatchEvent(new CustomEvent("paihao:call", { detail: call }));
}

// Waiting people and the notice: a page at a time.

function showPage() {
  const all = pages([...picture.lines.values()], PAGE_ROWS);
  const waiting = [...picture.lines.values()].some((line) => line.waiting);
  const shown = waiting ? all[page % all.length] : [];
  byId("lines").replaceChildren(...shown.map(zoneShown));
  byId("lines").style.setProperty("--widest", Math.max(0, ...all.flat().flatMap(widths)).toFixed(2));
  byId("page").textContent = shown.length && all.length > 1 ? `${(page % all.length) + 1} / ${all.length}` : "";
  byId("nobody").hidden = waiting || all.length === 0;
  byId("shut").hidden = all.length > 0;
  const notice = pieces(picture.ticker, TICKER_LENGTH);
  byId("ticker").textContent = notice[page % notice.length];
}

function widths({ lines }) {
  return lines.map((line) => ems(line.prefix));
}

function zoneShown({ zone, lines }) {
  const section = stamp("zone");
  section.querySelector("h3").textContent = zone;
  section.querySelector("ul").replaceChildren(...lines.map(lineShown));
  return section;
}

function lineShown({ prefix, name, waiting }) {
  const row = stamp("line");
  const [before, after] = words.people.split("{count}");
  fit(row.querySelector(".prefix"), ems(prefix), prefix);
  row.querySelector(".name").textContent = name;
  row.querySelector(".count").replaceChildren(small(before), String(waiting), small(after));
  row.classList.toggle("none", waiting === 0);
  return row;
}

setInterval(() => {
  if (!picture) return;
  page += 1;
  showPage();
}, PAGE_MS);

// The clock of the hall, and how old the picture is.

function showAge() {
  if (awaySince === null) return;
  const { unit, count } = span(live.now() - awaySince);
  byId("age").textContent = fill(words[unit], { count });
}

function tick() {
  const now = live.now();
  byId("clock").textContent = time.format(now);
  byId("date").textContent = fill(words.date, { date: day.format(now), weekday: weekday.format(now) });
  showAge();
  setTimeout(tick, 1000 - (now % 1000));
}

tick();
addEventListener("hashchange", () => location.reload());
