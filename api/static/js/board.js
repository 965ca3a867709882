// The hall board: renders the picture that `Live` keeps. `paihao:call` on window tells of each call, once and in order.

import { fill, texts } from "./api.js";
import { Live } from "./live.js";
import { ems, newest, pages, pieces, within } from "./picture.js";
import { Band, deviceToken, fit, small } from "./screen.js";
import { Signage } from "./signage.js";
import { Voice } from "./voice.js";

const PAGE_MS = 8000;
const FRESH_MS = 10_000;
const TICKER_LENGTH = 70;
const HEARD = "paihao.board.heard";

const words = texts();
const language = document.documentElement.lang;
const byId = (id) => document.getElementById(id);
/** How much the sheet gives room to: fewer rows in large print. */
const room = (name) => Number(getComputedStyle(document.body).getPropertyValue(name));
const CALLS_SHOWN = 1 + room("--older");
const PAGE_ROWS = room("--rows");
const { hall, timezone } = byId("board").dataset;
const time = new Intl.DateTimeFormat(language, { timeZone: timezone, timeStyle: "medium", hourCycle: "h23" });
/** Names of months and weekdays that leave the hall's name its room. */
const style = language === "en" ? "short" : "long";
const day = new Intl.DateTimeFormat(language, { timeZone: timezone, month: style, day: "numeric" });
const weekday = new Intl.DateTimeFormat(language, { timeZone: timezone, weekday: style });

/** `?zone=` (one or more): a board that stands in a part of the hall shows and speaks that part alone. */
const zones = new Set(new URLSearchParams(location.search).getAll("zone"));

let picture = null;
let page = 0;
const band = new Band(timezone);

const live = new Live(hall, {
  token: deviceToken(),
  heard: JSON.parse(sessionStorage.getItem(HEARD) ?? "[]"),
  changed(now, fresh) {
    picture = within(now, zones);
    const news = fresh.filter((call) => zones.size === 0 || zones.has(call.zone));
    voice.hear(picture, news); // before anything else: what was heard must be spoken, whatever happens to the drawing
    sessionStorage.setItem(HEARD, JSON.stringify([...now.heard]));
    showCalls(news);
    showPage();
    const name = (language === "en" && picture.name_en) || picture.name;
    const whose = [name, ...zones].join(" · ");
    fit(byId("hall"), ems(whose), whose);
    byId("desk").replaceChildren(...onDuty(picture));
    news.forEach(announce);
    signage.update(picture.slides, picture.calls.length ? Date.parse(picture.calls[0].at) : 0);
  },
  away(since) {
    band.away(since, picture !== null);
  },
  refused(code) {
    band.refused(code);
  },
});

const voice = new Voice({ hall, timezone, now: () => live.now() });
const signage = new Signage(byId("signage"), { now: () => live.now(), busy: () => voice.busy });

function onDuty({ first_desk: desk, leader }) {
  const said = [desk && fill(words.first_desk, { desk }), leader && fill(words.leader, { leader })].filter(Boolean);
  return said.flatMap((text) => [whole(text), " "]);
}

/** Text that is rather put on a line of its own than broken. */
function whole(text) {
  const made = document.createElement("span");
  made.className = "whole";
  made.textContent = text;
  return made;
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
  row.querySelector(".booked").hidden = !call.booked;
  fit(row.querySelector(".number .fit"), ems(call.number), call.number);
  const width = ems(call.window) + ems(before + after) / 2;
  fit(row.querySelector(".window .fit"), width, small(before), call.window, small(after));
  fit(row.querySelector(".zone span"), ems(call.zone), call.zone);
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

function tick() {
  const now = live.now();
  byId("clock").textContent = time.format(now);
  byId("date").textContent = fill(words.date, { date: day.format(now), weekday: weekday.format(now) });
  band.tick(now);
  setTimeout(tick, 1000 - (now % 1000));
}

tick();
