// Follow my number: the page asks every ten seconds how the ticket stands and says it in large letters.

import { Unreachable, call, fill, texts, useSession } from "./api.js";
import { minutes, people, put, windows } from "./figures.js";

const SECONDS = 10;
/** Reasons whose text says no more than where to wait. */
const PLAIN = new Set(["own_line", "chosen"]);
const ENDED = new Set(["done", "cancelled", "expired"]);
const say = texts();
const page = document.getElementById("page");
const dialog = page.querySelector("dialog");
let ticket = JSON.parse(document.getElementById("ticket").textContent);
let fresh = new Date();
let timer = null;

/** What the page says in each state: the sentence, and a hint below it. */
const SAID = {
  waiting: () => {
    if (ticket.ahead === 0 && ticket.wait) return [say.next, ticket.route.text];
    return [fill(say.here, ticket.route), PLAIN.has(ticket.route.reason) ? "" : ticket.route.text];
  },
  called: () => [fill(say.called, ticket), ticket.zone],
  serving: () => [fill(say.serving, ticket), ticket.zone],
  parked: () => [say.parked, ""],
  missed: () => [say.missed, say.missed_hint],
  done: () => [say.done, say.done_hint],
  cancelled: () => [say.cancelled, say.again_hint],
  expired: () => [say.expired, say.again_hint],
};

function show() {
  const [sentence, hint] = SAID[ticket.status]();
  const waiting = ticket.status === "waiting";
  if (page.dataset.status !== ticket.status && ticket.status === "called") navigator.vibrate?.([300, 150, 300]);
  page.dataset.status = ticket.status;
  document.title = `${ticket.number} · ${waiting ? people(ticket.ahead, say.figures) : sentence}`;
  put(page, {
    say: sentence, hint, away: "",
    ahead: waiting ? people(ticket.ahead, say.figures) : "", wait: waiting ? minutes(ticket.wait, say.figures) : "",
    windows: waiting ? windows(ticket.route.windows, say.figures) : "",
  });
  page.querySelector("[data-figures]").hidden = !waiting;
  page.querySelector("[data-give-up]").hidden = !["waiting", "called", "parked", "missed"].includes(ticket.status);
  const bring = page.querySelector("[data-bring]");
  if (bring) bring.hidden = ENDED.has(ticket.status);
}

async function poll() {
  clearTimeout(timer);
  try {
    ticket = await call("GET", `/tickets/${ticket.id}`);
    fresh = new Date();
    show();
  } catch {
    put(page, { away: fill(say.away, { time: fresh.toTimeString().slice(0, 5) }) });
  }
  if (!ENDED.has(ticket.status)) timer = setTimeout(poll, SECONDS * 1000);
}

async function giveUp() {
  const sure = dialog.querySelector("[data-sure]");
  sure.disabled = true;
  try {
    useSession(await call("GET", "/session")); // an officer's own browser must send his session's word
    await call("POST", `/tickets/${ticket.id}/cancel`);
    dialog.close();
    poll();
  } catch (error) {
    put(dialog, { refused: error instanceof Unreachable ? say.unsent : error.message });
  }
  sure.disabled = false;
}

page.querySelector("[data-give-up]").addEventListener("click", () => {
  put(dialog, { refused: "" });
  dialog.showModal();
});
dialog.querySelector("[data-sure]").addEventListener("click", giveUp);
document.addEventListener("visibilitychange", () => document.hidden || poll());
show();
timer = setTimeout(poll, SECONDS * 1000);
