// The strip above a window: whom it calls, how it stands, and who serves here.

import { call, fill, texts } from "./api.js";
import { Live } from "./live.js";
import { ems } from "./picture.js";
import { put, roll } from "./roll.js";
import { Band, deviceToken, fit, small } from "./screen.js";

const CARD_MS = 5 * 60_000;
const CARD_RETRY_MS = 2000;
const FLASH_MS = 3000;
/** Surnames of two characters that are still met. */
const DOUBLE = new Set(["欧阳", "司马", "上官", "诸葛", "皇甫", "尉迟", "公孙", "慕容", "令狐", "宇文", "长孙", "司徒", "夏侯", "东方"]);

const words = texts();
const strip = document.getElementById("strip");
const card = document.getElementById("card");
const { hall, timezone, window: own } = strip.dataset;
const band = new Band(timezone);

let shown = null;
let wanted; // whose card, null: nobody is there
let cardTimer = 0;

const live = new Live(hall, {
  token: deviceToken(),
  window: own,
  changed(picture, news) {
    const mine = [...picture.windows.values()].find((one) => one.window === own);
    if (!mine) return location.reload(); // it went; the page says so
    show(mine);
    if (news.some((one) => one.window === own)) flash();
  },
  away(since) {
    band.away(since, shown !== null);
    if (since === null) fetchCard();
  },
  refused(code) {
    band.refused(code);
  },
});

function show(window) {
  shown = window;
  const number = window.number ?? null;
  const being = stateOf(window);
  document.body.dataset.state = being;
  const [before, after] = words.window.split("{window}");
  if (number) fit(document.getElementById("number"), ems(number), number);
  else fit(document.getElementById("number"), ems(own) + ems(before + after) / 2, small(before), own, small(after));
  document.getElementById("booked").hidden = !window.booked;
  put(document.getElementById("state"), lineOf(window, being));
  if (wanted !== (window.officer ?? null)) {
    wanted = window.officer ?? null;
    fetchCard();
  }
}

/** Somebody in front of the window comes first. */
function stateOf({ number, status, state }) {
  if (number) return status === "called" ? "calling" : "serving";
  return state === "open" ? "free" : state;
}

function lineOf(window, being) {
  const parts = [fill(words[being], { window: own })];
  if (window.state === "paused") {
    if (being !== "paused") parts.push(words.paused);
    parts.push(words.reasons[window.reason] ?? window.reason);
    if (window.back_at) parts.push(fill(words.back_at, { time: window.back_at }));
  }
  return parts.filter(Boolean).join(" · ");
}

function flash() {
  strip.classList.remove("fresh");
  void strip.offsetWidth; // a recall flashes again
  strip.classList.add("fresh");
  setTimeout(() => strip.classList.remove("fresh"), FLASH_MS);
}

// The staff card: fetched when somebody else sits down, and now and then, because a photo may have changed.

async function fetchCard() {
  clearTimeout(cardTimer);
  let next = CARD_MS;
  try {
    const said = await call("GET", `/halls/${encodeURIComponent(hall)}/windows/${encodeURIComponent(own)}/card`);
    showCard(said);
    if ((said.officer?.badge ?? null) !== wanted) next = CARD_RETRY_MS; // another process knows it a moment later
  } catch {
    next = CARD_RETRY_MS;
  }
  clearTimeout(cardTimer);
  cardTimer = setTimeout(fetchCard, next);
}

function at(name) {
  return card.querySelector(`[data-${name}]`);
}

function showCard({ name, zone, officer, scope, complaint_phone }) {
  const who = officer?.name ?? words.nobody;
  fit(at("name"), ems(who), who);
  at("name").lang = officer ? "zh-CN" : document.documentElement.lang;
  put(at("post"), officer?.post ?? "");
  at("post").hidden = !officer?.post;
  at("badge").textContent = officer?.badge ?? "";
  at("badge-line").hidden = !officer;
  at("surname").textContent = officer ? surname(officer.name) : "";
  showPhoto(officer?.photo ?? null);
  put(at("window"), `${name} · ${zone}`);
  put(at("scope"), scope.join("、"));
  at("complaint").textContent = complaint_phone;
  at("complaint-line").hidden = !complaint_phone;
  card.hidden = false;
}

function surname(name) {
  return DOUBLE.has(name.slice(0, 2)) ? name.slice(0, 2) : [...name][0];
}

function showPhoto(address) {
  const photo = at("photo");
  if (photo.getAttribute("src") === address) return;
  const seen = (loaded) => {
    photo.hidden = !loaded;
    at("silhouette").toggleAttribute("hidden", loaded);
  };
  seen(false);
  photo.onload = () => seen(true);
  photo.onerror = () => photo.removeAttribute("src"); // tried again with the next card
  if (address) photo.src = address;
  else photo.removeAttribute("src");
}

document.querySelectorAll(".roll").forEach(roll);
setInterval(() => band.tick(live.now()), 1000);
