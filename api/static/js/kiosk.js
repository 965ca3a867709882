// The kiosk: takes numbers for the hall that its device token belongs to, and looks after itself.

import { fill, texts } from "./api.js";
import { followChanges } from "./changes.js";
import { put } from "./figures.js";
import { release } from "./kiosk/book.js";
import { checkIn, typed } from "./kiosk/check_in.js";
import "./kiosk/choose.js";
import { hoursToday, house, learn, local, lost } from "./kiosk/house.js";
import { typeAhead } from "./kiosk/search.js";
import { away, dress, english, read, toggle, usual } from "./kiosk/reader.js";
import { renew } from "./kiosk/renew.js";
import { onScan } from "./kiosk/scan.js";
import { again, back, current, go, heading, onArrival, onFailure, reset, root, screen } from "./kiosk/stage.js";
import { ask, asking, complain, giveUp, help, onRefusal, otherTime, unsure } from "./kiosk/take.js";

const QUIET_SECONDS = 45;
const BEAT_SECONDS = 30;
const RETRY_SECONDS = 5;
const DOUBLE_TOUCH_MS = 400;
const KEPT = "paihao.kiosk.token";
/** Screens on which nobody is being served: they follow the state of the hall. */
const RESTING = new Set(["start", "closed", "away", "setup"]);
/** Screens on which nothing can be asked of the server. */
const AWAY = new Set([undefined, "away", "setup"]);

let touched = performance.now();
let timer = null;
let following = false;

// How the hall stands ------------------------------------------------------------------------------------------------

function resting() {
  if (house.fault) return lost(house.fault) ? "away" : "setup";
  return house.hall.takes_visitors ? "start" : "closed";
}

async function beat() {
  clearTimeout(timer);
  try {
    if (asking()) await ask();
    if (asking()) return; // still without an answer: the next try is set
    const known = house.hall?.edition;
    await learn();
    house.fault = null;
    if (known && known !== house.hall.edition && (await renew())) tell(texts().gone);
    follow();
  } catch (error) {
    house.fault = error;
  }
  settle();
  tick();
  timer = setTimeout(beat, (house.fault ? RETRY_SECONDS : BEAT_SECONDS) * 1000);
}

/** The beat goes on where the socket does not come through. */
function follow() {
  if (following) return;
  following = true;
  followChanges(house.code, { word: "edition", shown: () => house.hall.edition, renew: beat });
}

/** Above every screen, until somebody goes on. */
function tell(text) {
  root().querySelector("[data-told]").textContent = text;
}

function settle() {
  const name = resting();
  if (current()?.name === name) again();
  else if (!heading() || RESTING.has(heading().name)) reset(name);
}

/** Something could not be done: say what, and what to do next. */
function failed(error) {
  if (lost(error) || error.status === 401 || error.status === 403) {
    house.fault = error;
    reset(resting());
    clearTimeout(timer);
    timer = setTimeout(beat, RETRY_SECONDS * 1000);
  } else if (error.code === "hall_closed") {
    reset("start");
    beat();
  } else {
    reset("trouble", { message: error.code ? error.message : texts().busy });
  }
}

onArrival((section) => {
  tell("");
  read(section);
});
onFailure(failed);
onRefusal(failed);

screen("closed", (section) => {
  const say = texts(), { next_opening } = house.hall;
  const when = next_opening && local(new Date(next_opening), {
    month: "long", day: "numeric", weekday: "long", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  });
  put(section, {
    opening: when ? fill(say.opening, { when }) : say.no_opening,
    today: hoursToday(),
  });
});

screen("away", (section) => put(section, { retrying: asking() ? texts().asking : texts().retrying }));

screen("setup", (section) => {
  put(section, { reason: texts()[house.fault.code] ?? house.fault.message });
  section.querySelector("[data-address]").textContent = `${location.origin}/kiosk#token=…`;
});

screen("trouble", (section, { message }) => put(section, { message }));

// Time: the clock, and going home when nobody is there any more ------------------------------------------------------

function tick() {
  const now = new Date();
  put(root(), {
    hall: house.hall ? (english() && house.hall.name_en) || house.hall.name : root().querySelector(".hall").textContent,
    date: local(now, { month: "long", day: "numeric", weekday: "long" }),
    time: local(now, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
  });
  if (!current()) return;
  const section = shown();
  const quiet = (performance.now() - Math.max(touched, current().since)) / 1000;
  const left = Math.ceil((section.dataset.quiet ?? QUIET_SECONDS) - quiet);
  if (section.dataset.quiet) put(section, { seconds: fill(texts().seconds, { seconds: Math.max(0, left) }) });
  if (left <= 0) rest();
}

/** As the next visitor expects it: the start, in Chinese, in ordinary print. */
function rest() {
  touched = performance.now();
  usual();
  home();
  if (away()) speak("zh_CN");
  dress();
}

function home() {
  giveUp();
  release();
  wipe();
  if (heading()?.name !== resting()) reset(resting());
}

/** Nothing that somebody typed or was shown of himself is left for the next one. */
function wipe() {
  for (const field of root().querySelectorAll("input:not([type=radio])")) field.value = "";
  for (const shown of root().querySelectorAll("[data-private]")) shown.replaceChildren();
}

// Language, size and the rest --------------------------------------------------------------------------------------------------

/** Change the language in place: a page that had to be loaded anew could be lost with the network. */
async function speak(language) {
  const answer = await fetch(`/kiosk?lang=${language}`).catch(() => null);
  if (!answer?.ok) return;
  const held = document.activeElement?.matches("[data-do=language]");
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  root().replaceWith(document.adoptNode(page.getElementById("kiosk")));
  document.documentElement.lang = page.documentElement.lang;
  document.title = page.title;
  dress();
  tick();
  await again();
  if (held) root().querySelector("[data-do=language]").focus({ preventScroll: true });
  read(shown());
}

/** Print, contrast, reach or voice: the screen is laid out anew, and read if that is wished. */
async function change(button) {
  toggle(button);
  dress();
  await again();
  if (button.dataset.choice === "voice") read(shown());
}

const shown = () => root().querySelector(`[data-screen="${current().name}"]`);

// Hands --------------------------------------------------------------------------------------------------------------

const DOORS = { unsure, complaint: complain, times: otherTime };
const DEEDS = {
  back, home, help, retry: beat, large: change, contrast: change, low: change, voice: change,
  language: (button) => speak(button.dataset.language),
};

document.addEventListener("click", (event) => {
  // The second touch of a double one must not press what the first one brought under the finger.
  if (event.detail > 1 && performance.now() - current()?.since < DOUBLE_TOUCH_MS) {
    event.stopPropagation();
    event.preventDefault();
  }
}, { capture: true });

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const { go: goal, do: deed } = button?.dataset ?? {};
  if (goal) (DOORS[goal] ?? (() => go(goal)))();
  if (deed) DEEDS[deed](button);
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "Escape") back();
  if (typed(current()?.name, event)) return;
  if (typeAhead(current()?.name, event)) event.preventDefault();
});

onScan((code) => !AWAY.has(current()?.name) && checkIn(code));

for (const sign of ["pointerdown", "keydown"]) {
  document.addEventListener(sign, () => (touched = performance.now()), { capture: true });
}
document.addEventListener("contextmenu", (event) => event.preventDefault());
window.addEventListener("resize", again);
window.addEventListener("hashchange", () => location.reload());

// The token is given once in the address and kept; it does not stay visible.
const given = new URLSearchParams(location.hash.slice(1)).get("token");
if (given) {
  localStorage.setItem(KEPT, given);
  history.replaceState(null, "", location.pathname + location.search);
}
house.token = given ?? localStorage.getItem(KEPT);
dress();
setInterval(tick, 1000);
beat();
