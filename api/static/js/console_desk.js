// The desk at work: its buttons and keys, and the picture that follows every move.
import { call, fill, texts, Unreachable } from "./api.js";
import { findByNumber } from "./console_find.js";
import { follow } from "./console_live.js";
import { chooseGoal, choosePause } from "./console_panels.js";
import { press, send, settle } from "./console_press.js";
import { allowed, dominant, objection, render, tick } from "./console_view.js";

const KEYS = { F2: "next", F3: "recall", F4: "start", F5: "complete", F6: "miss", F7: "park", F8: "transfer" };
const TICK = 5000;

const words = texts();
const at = (id) => document.getElementById(id);

let id; // of the window
let leaving; // what happens when the session has ended
let picture = null;
let looking = null;
let again = false;
let forget = () => {}; // what was found by its number

/**
 * Work at window `window`. `signIn()`: the session has ended; `closed()`: the officer closed the window here; `chief`:
 * he may call out of turn.
 * Raises what `call` raises when the first picture cannot be had.
 */
export async function work(window, { signIn, closed, chief }) {
  id = window;
  leaving = signIn;
  show(await call("GET", `/windows/${id}`));
  at("desk").hidden = false;
  for (const button of document.querySelectorAll("[data-act]")) {
    button.addEventListener("click", () => push(button));
  }
  document.addEventListener("keydown", onKey);
  at("pause").addEventListener("click", pause);
  at("close").addEventListener("click", () => press(at("close"), () => attempt(close, closed), sending));
  forget = findByNumber({ hall: picture.hall, chief, attempt, act: onSide, outOfTurn });
  follow(picture.hall, ours, refresh);
  setInterval(tick, TICK);
}

/** Close the window. Raises what `call` raises: with somebody still in front of it, it stays open. */
export function close() {
  return send(`/windows/${id}/close`);
}

/** Do what a press asked for; show what came of it, then say it: whoever reads the words sees the new picture too. */
export async function attempt(move, then = refresh) {
  let said;
  try {
    said = await move();
  } catch (error) {
    if (error.status === 401) return leaving();
    if (error instanceof Unreachable) {
      say("unsent", words.not_sent);
      return refresh();
    }
    said = ["error", error.message];
    then = refresh;
  }
  await then();
  say(...(said ?? ["", ""]));
}

export function sending() {
  say("note", words.sending);
}

function onKey(event) {
  const act = KEYS[event.key];
  if (!act || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (!event.repeat && !document.querySelector("dialog[open]")) push(document.querySelector(`[data-act=${act}]`));
}

function push(button) {
  const { act } = button.dataset;
  press(button, () => {
    if (!allowed(act, picture)) return say("note", objection(act, picture, button.querySelector("span").textContent));
    if (act === "next") return attempt(DOMINANT[dominant(picture)]);
    return act === "transfer" ? transfer() : attempt(() => move(act, picture.here));
  }, sending);
}

const DOMINANT = { open, reopen: open, call: callNext, complete_call: completeAndCall };

async function open() {
  await send(`/windows/${id}/open`);
  return ["done", words.done.open];
}

async function callNext() {
  const called = await send(`/windows/${id}/call-next`);
  return called ? ["done", fill(words.done.call, called.ticket)] : ["nobody", words.nobody];
}

async function completeAndCall() {
  const before = picture.here.number;
  await send(`/tickets/${picture.here.id}/complete`);
  try {
    const called = await send(`/windows/${id}/call-next`);
    return called
      ? ["done", fill(words.done.complete_call, { before, number: called.ticket.number })]
      : ["nobody", fill(words.done.complete_nobody, { before })];
  } catch (error) {
    const why = error instanceof Unreachable ? words.not_sent : error.message;
    return ["error", fill(words.done.complete_stuck, { before, why })];
  }
}

async function move(action, ticket, body, more) {
  await send(`/tickets/${ticket.id}/${action}`, body);
  return ["done", fill(words.done[action], { number: ticket.number, ...more })];
}

/** A button beside a parked or missed ticket. */
function onSide(act, ticket, button) {
  const body = act === "resume" ? { window: picture.window.number } : undefined;
  press(button, () => attempt(() => move(act, ticket, body)).then(forget), sending);
}

/** A supervisor calls somebody before his turn; the reason is kept. */
function outOfTurn(ticket, reason, button) {
  press(button, () => attempt(async () => {
    const called = await send(`/windows/${id}/call`, { ticket: ticket.id, reason });
    return ["done", fill(words.done.call, called.ticket)];
  }).then(forget), sending);
}

/** Open the panel; what is chosen there is a press of its own. */
async function transfer() {
  const { here, hall, window } = picture;
  await attempt(async () => {
    const goals = await call("GET", `/halls/${encodeURIComponent(hall)}`);
    chooseGoal(goals, here, window.number).then((goal) => goal && press(
      at("transfer-yes"), () => attempt(() => move("transfer", here, goal.body, { goal: goal.name })), sending,
    ));
  });
}

async function pause() {
  const body = await choosePause(picture.now);
  if (!body) return;
  press(at("pausing-yes"), () => attempt(async () => {
    await send(`/windows/${id}/pause`, body);
    return ["done", words.done.pause];
  }), sending);
}

/** Look again; whoever asks while we are looking gets a look that began after he asked. */
function refresh() {
  again = true;
  looking ??= look().finally(() => (looking = null));
  return looking;
}

async function look() {
  try {
    while (again) {
      again = false;
      show(await call("GET", `/windows/${id}`));
    }
  } catch (error) {
    if (error.status === 401) leaving();
    else if (error instanceof Unreachable) away(true);
    else say("error", error.message);
  }
}

function show(seen) {
  picture = seen;
  settle();
  away(false);
  render(picture, onSide);
  if (at("message").dataset.kind === "nobody" && picture.waiting) say("", "");
}

/** What the board shows of this window and its lines. */
function ours({ windows, lines }) {
  const { id: own, lines: prefixes } = picture.window;
  return [windows.get(own), ...[...lines.values()].filter(({ prefix }) => prefixes.includes(prefix))];
}

function away(gone) {
  document.body.toggleAttribute("data-away", gone);
  at("away").textContent = gone ? fill(words.away, { time: picture.now.slice(11, 16) }) : "";
}

function say(kind, text) {
  at("message").dataset.kind = kind;
  at("message").textContent = text;
}
