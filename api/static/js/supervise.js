// The supervisor's page: who is it, which hall, what stands on the screen, and when it is read again.
import { call, fill, texts, Unreachable, useSession } from "./api.js";
import { Alerts } from "./supervise_alerts.js";
import { openCase } from "./case_sheet.js";
import { Cases } from "./cases.js";
import { showSpeed } from "./supervise_speed.js";
import { Booking } from "./supervise_booking.js";
import { Content } from "./supervise_content.js";
import { Register } from "./supervise_register.js";
import { People, showDevices } from "./supervise_people.js";
import { showFigures, showLines, showLongest, showNeeds } from "./supervise_side.js";
import { Windows } from "./supervise_windows.js";
import { Live } from "./live.js";
import { hallOf, refuse, report, signIn } from "./officer.js";

const STEERING = ["supervisor", "admin"];
const LEAST_GAP_MS = 2000;
/** Minutes pass and screens fall silent without anybody telling. */
const POLL_MS = 10_000;

const words = texts();
const at = (id) => document.getElementById(id);
const tabs = [...document.querySelectorAll("[role=tab]")];
let path, windows, content, people, booking, register, alerts, cases;
let reading = null;
let again = 0;
let readAt = 0;

try {
  await start();
} catch (error) {
  refuse(error instanceof Unreachable ? words.no_server : error.message);
}

async function start() {
  const session = await call("GET", "/session");
  if (session.role === "public") return signIn();
  useSession(session);
  at("officer").textContent = session.name;
  at("leave").hidden = false;
  at("leave").addEventListener("click", () => call("DELETE", "/session").then(signIn, (error) => tell(inWords(error))));
  if (!STEERING.includes(session.role)) return refuse(words.not_yours);
  const hall = await hallOf(session);
  path = `/halls/${encodeURIComponent(hall)}`;
  const { name, name_en: english, timezone } = await call("GET", path);
  at("hall").textContent = (document.documentElement.lang === "en" && english) || name;
  document.title = `${at("hall").textContent} · ${words.title}`;
  const tools = { path, words, timezone, inWords, refresh };
  windows = new Windows(tools);
  content = new Content(tools);
  people = new People(tools);
  booking = new Booking(tools);
  register = new Register(tools);
  alerts = new Alerts(tools);
  const open = (number, changed) => openCase(number, { path, chief: true, changed });
  cases = new Cases(at("casework"), { path, mine: false, open });
  at("ticker-form").addEventListener("submit", sendTicker);
  await read();
  at("ticker").value = (await call("GET", `${path}/slides`)).ticker;
  at("ticker").disabled = false; // not before: it would take the place of what somebody has typed
  choose(tabs.find((tab) => `#${tab.getAttribute("aria-controls")}` === location.hash) ?? tabs[0]);
  watch(hall, timezone);
}

function inWords(error) {
  return error instanceof Unreachable ? words.unsent : error.message;
}

/** Said once to whoever listens to the page: only what needs somebody. */
function tell(text) {
  at("told").textContent = text;
}

// Tabs: one at a time; arrow keys go from one to the next.

function choose(chosen) {
  for (const tab of tabs) {
    const selected = tab === chosen;
    tab.setAttribute("aria-selected", selected);
    tab.tabIndex = selected ? 0 : -1;
    at(tab.getAttribute("aria-controls")).hidden = !selected;
  }
  const name = chosen.getAttribute("aria-controls");
  history.replaceState(null, "", `#${name}`);
  if (name === "content") content.show();
  if (name === "people") people.show();
  if (name === "booking") booking.show();
  if (name === "register") register.show();
  if (name === "matters-panel") alerts.show();
  if (name === "casework") {
    cases.show();
    showSpeed(at("speed"), path).catch(() => {}); // the list says what went wrong
  }
}

for (const [place, tab] of tabs.entries()) {
  tab.addEventListener("click", () => take(tab));
  tab.addEventListener("keydown", ({ key }) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
    if (!step) return;
    const next = tabs[(place + step + tabs.length) % tabs.length];
    next.focus();
    take(next);
  });
}

/** Choose a tab; while the page is still being made, it is remembered in the address. */
function take(tab) {
  if (booking) choose(tab);
  else history.replaceState(null, "", `#${tab.getAttribute("aria-controls")}`);
}

// The hall: the board's socket says that something moved; it is read again, but not more often than every two seconds.

function watch(hall, timezone) {
  const time = new Intl.DateTimeFormat(document.documentElement.lang, { timeZone: timezone, timeStyle: "short", hourCycle: "h23" });
  new Live(hall, {
    changed: refresh,
    away(since) {
      at("away").hidden = since === null;
      at("away").textContent = since === null ? "" : fill(words.away, { time: time.format(since) });
      if (since === null) refresh();
    },
  });
  setInterval(refresh, POLL_MS);
}

/** Read the hall again soon. */
function refresh() {
  clearTimeout(again);
  again = setTimeout(read, Math.max(0, readAt + LEAST_GAP_MS - performance.now()));
}

/** Read the hall now; what is asked meanwhile gets the same answer. */
function read() {
  reading ??= call("GET", `${path}/live`)
    .then(show, (error) => {
      if (error.status === 401) return signIn();
      if (!(error instanceof Unreachable)) throw error;
    })
    .finally(() => {
      reading = null;
      readAt = performance.now();
    });
  return reading;
}

function show(seen) {
  windows.show(seen);
  showFigures(seen.today, words);
  showLines(seen.lines, words);
  showLongest(seen.longest, words);
  const news = showNeeds(seen, words);
  if (news) tell(news);
  showDevices(seen, words);
}

// The ticker.

async function sendTicker(event) {
  event.preventDefault();
  try {
    const { text } = await call("POST", `${path}/ticker`, { text: at("ticker").value });
    at("ticker").value = text;
    report("ticker-said", text ? words.sent : words.cleared);
  } catch (error) {
    report("ticker-said", inWords(error), true);
  }
}
