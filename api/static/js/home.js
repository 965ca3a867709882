// The front page keeps its figures fresh; without this script it shows those of the moment it was loaded.

import { call, fill, texts } from "./api.js";
import { minutes, people } from "./figures.js";

const SECONDS = 20;
const say = texts();
let fresh = new Date();

async function refresh(article) {
  const age = article.querySelector("[data-age]");
  try {
    const hall = await call("GET", `/halls/${article.dataset.hall}`);
    fresh = new Date();
    show(article, hall);
    age.hidden = true;
  } catch {
    age.textContent = fill(say.away, { time: fresh.toTimeString().slice(0, 5) });
    age.hidden = false;
  }
}

function show(article, hall) {
  for (const line of hall.lines) {
    const row = article.querySelector(`[data-line="${CSS.escape(line.prefix)}"]`);
    if (!row) continue;
    const waiting = row.querySelector("[data-waiting]");
    waiting.dataset.waiting = line.waiting;
    waiting.textContent = people(line.waiting, say.figures);
    row.querySelector("[data-wait]").textContent = line.open ? minutes(line.wait, say.figures) : say.shut;
  }
  const total = (name) => article.querySelector(`[data-total="${name}"]`);
  total("waiting").textContent = people(hall.lines.reduce((sum, line) => sum + line.waiting, 0), say.figures);
  total("windows").textContent = fill(say.windows, { count: hall.windows.filter(({ state }) => state === "open").length });
  const state = hall.open ? "open" : hall.takes_visitors ? "takes" : "closed";
  article.querySelector("[data-state]").dataset.state = state;
  for (const word of article.querySelectorAll("[data-when]")) word.hidden = word.dataset.when !== state;
}

const everyHall = () => document.hidden || document.querySelectorAll("[data-hall]").forEach(refresh);
setInterval(everyHall, SECONDS * 1000);
document.addEventListener("visibilitychange", everyHall);
