// The desk at work: its buttons and keys, and the picture that follows every move.
import { acceptFrom, closeAccept, saidOf } from "./accept.js";
import { call, fill, texts, Unreachable } from "./api.js";
import { followCases } from "./console_cases.js";
import { findByNumber } from "./console_find.js";
import { keepFocus } from "./console_focus.js";
import { follow } from "./console_live.js";
import { chooseGoal, choosePause, showKeys } from "./console_panels.js";
import { press, send, unreachable } from "./console_press.js";
import { giveReceipt } from "./receipt.js";
import { remind } from "./reminders.js";
import { offer, offered } from "./console_undo.js";
import { allowed, dominant, objection, render, tick } from "./console_view.js";

const KEYS = {
  F1: "cases", F2: "next", F3: "recall", F4: "start", F5: "complete", F6: "miss", F7: "park", F8: "transfer",
  F9: "accept", F10: "pause",
};
const TICK = 5000;

const words = texts();
const at = (id) => document.getElementById(id);

let id; // of the window
let leaving; // what happens when the session has ended
let left; // what happens when the window was closed here
let picture = null;
let known = null; // the window's state, as far as the officer knows
let stopped = false;
let looking = null;
let again = false;
let forget = () => {}; // what was found by its number
let cases; // the officer's own

/**
 * Work at window `window`. `signIn()`: the session has ended; `closed()`: the officer closed the window here; `chief`:
 * he may call out of turn. Gives the function that stops the page from looking and acting, for good.
 * Raises what `call` raises when the first picture cannot be had.
 */
export async function work(window, { signIn, closed, chief }) {
  id = window;
  leaving = signIn;
  left = closed;
  const first = await call("GET", `/windows/${id}`);
  known = first.window.state;
  show(first);
  at("desk").hidden = false;
  for (const button of document.querySelectorAll("[data-act]")) {
    button.addEventListener("click", () => push(button));
  }
  document.addEventListener("keydown", onKey);
  at("undo").addEventListener("click", undo);
  forget = findByNumber({ hall: picture.hall, chief, attempt, act: onSide, outOfTurn });
  const unfollow = follow(picture.hall, ours, refresh);
  cases = followCases(picture.hall, chief);
  const unremind = remind(picture.hall, () => picture.here, say);
  const ticking = setInterval(tick, TICK);
  return () => {
    stopped = true;
    unfollow();
    unremind();
    cases.stop();
    clearInterval(ticking);
    offer(null);
    document.removeEventListener("keydown", onKey);
    for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  };
}

/** Close the window. Raises what `call` raises: with somebody still in front of it, it stays open. */
export function close() {
  return send(`/windows/${id}/close`);
}

/**
 * Do what a press asked for; show what came of it, then say it: whoever reads the words sees the new picture too.
 * `move` gives [kind of message, text, the ticket that can be undone], or null when nothing moved.
 */
export async function attempt(move, then = refresh) {
  let said;
  try {
    said = await move();
    if (said) offer(said[2]);
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

/** A press is still on its way: `how` far, see `press`. */
export function tell(how) {
  say(how === "checking" ? "unsent" : "note", words[how]);
}

function onKey(event) {
  const { key, target } = event;
  const on = (kind) => target.closest?.(kind);
  const held = event.repeat && key === "Enter" && on("button"); // one press, however long
  const marks = { "?": showKeys, "？": showKeys, "/": () => at("find-number").focus(), j: receive, J: receive };
  const mark = !on("input") && !event.ctrlKey && !event.altKey && marks[key];
  const ctrlZ = (event.ctrlKey || event.metaKey) && !event.shiftKey && key.toLowerCase() === "z";
  const undoing = ctrlZ && !on("input")?.value; // else it takes back what was typed
  const plain = !(event.ctrlKey || event.altKey || event.metaKey || event.shiftKey);
  const act = plain && KEYS[key];
  if (held || mark || undoing || act) event.preventDefault();
  if (event.repeat || document.querySelector("dialog[open]")) return;
  if (mark) mark();
  else if (undoing) undo();
  else if (act) push(document.querySelector(`[data-act=${act}]`));
  else if (key === "Escape") shutDisplay();
}

function shutDisplay() {
  const display = document.querySelector("details[open]");
  display?.removeAttribute("open");
  display?.querySelector("summary").focus();
}

function push(button) {
  const { act } = button.dataset;
  press(button, () => {
    if (!allowed(act, picture)) return say("note", objection(act, picture, button.querySelector("span").textContent));
    switch (act) {
      case "next": return attempt(DOMINANT[dominant(picture)]);
      case "transfer": return transfer();
      case "close": return attempt(shut, left);
      case "pause": return void pause();
      case "accept": return void accept();
      case "receipt": return void receipt();
      case "cases": return cases.open();
      default: return attempt(() => move(act, picture.here));
    }
  }, tell);
}

const DOMINANT = { open, reopen: open, call: callNext, complete_call: completeAndCall };

async function open() {
  await send(`/windows/${id}/open`);
  known = "open";
  return ["done", words.done.open];
}

async function callNext() {
  const called = await send(`/windows/${id}/call-next`);
  return called ? ["done", fill(words.done.call, called.ticket)] : ["nobody", words.nobody];
}

/** Somebody else in front of the window cannot be undone: only where nobody came is the completion offered. */
async function completeAndCall() {
  const before = picture.here.number;
  const done = await send(`/tickets/${picture.here.id}/complete`);
  if (done.late) return ["done", fill(words.done.complete, { number: before }), done];
  try {
    const called = await send(`/windows/${id}/call-next`);
    return called
      ? ["done", fill(words.done.complete_call, { before, number: called.ticket.number })]
      : ["nobody", fill(words.done.complete_nobody, { before }), done];
  } catch (error) {
    const why = error instanceof Unreachable ? words.not_sent : error.message;
    return ["error", fill(words.done.complete_stuck, { before, why }), done];
  }
}

async function move(action, ticket, body, more) {
  const moved = await send(`/tickets/${ticket.id}/${action}`, body);
  return ["done", fill(words.done[action], { number: ticket.number, ...more }), moved];
}

async function shut() {
  await close();
  known = "closed";
}

/** Take the last action back; the server has the last word on whether it still can be. */
function undo() {
  const ticket = offered();
  if (!ticket) return say("note", words.nothing_to_undo);
  press(at("undo"), () => attempt(async () => {
    const { number, status } = await send(`/tickets/${ticket.id}/undo`);
    return ["done", fill(words.undone, { number, state: words.states[status] })];
  }), tell);
}

/** Whoever was sent here first is acknowledged first. */
function receive() {
  const first = at("coming").querySelector("button");
  if (first && !at("coming-part").hidden) first.click();
  else say("note", words.coming.none);
}

/** A button beside a parked or missed ticket, or one that was sent here. */
function onSide(act, ticket, button) {
  if (act === "acknowledge") {
    return press(button, () => attempt(async () => {
      await send(`/tickets/${ticket.id}/acknowledge`);
      return ["done", fill(words.coming.done, ticket)];
    }), tell);
  }
  const body = act === "resume" ? { window: picture.window.number } : undefined;
  press(button, () => {
    if (button.getAttribute("aria-disabled") === "true") return say("note", objection(act, picture, words[act]));
    return attempt(() => move(act, ticket, body)).then(forget);
  }, tell);
}

/** A supervisor calls somebody before his turn; the reason is kept. */
function outOfTurn(ticket, reason, button) {
  press(button, () => attempt(async () => {
    const called = await send(`/windows/${id}/call`, { ticket: ticket.id, reason });
    return ["done", fill(words.done.call, called.ticket)];
  }).then(forget), tell);
}

const UNCHANGED = () => {};

/** Open the panel; what is chosen there is a press of its own, and need not wait for another look at the window. */
async function transfer() {
  const { here, hall, window } = picture;
  await attempt(async () => {
    const [goals, seen] = await Promise.all([
      call("GET", `/halls/${encodeURIComponent(hall)}`), call("GET", `/tickets/${here.id}`),
    ]);
    chooseGoal(goals, { ...here, sent_on: seen.sent_on }, window.number).then((goal) => goal && press(
      at("transfer-yes"), () => attempt(() => move("transfer", here, goal.body, { goal: goal.name })), tell,
    ));
  }, UNCHANGED);
}

async function pause() {
  const body = await choosePause(picture);
  if (!body) return;
  press(at("pausing-yes"), () => attempt(async () => {
    await send(`/windows/${id}/pause`, body);
    known = "paused";
    return ["done", words.done.pause];
  }), tell);
}

/** The dialog's own button is the press. */
async function accept() {
  const { here, hall, window } = picture;
  const made = await acceptFrom(here, { hall, window: window.number, kinds: words.kind, look: cases.look });
  if (!made) return;
  say("done", saidOf(made));
  cases.count();
}

/** What was handed in; the dialog's own button is the press. */
async function receipt() {
  closeAccept();
  const given = await giveReceipt(picture.here);
  if (given) say("done", given);
}

/** Look again; whoever asks while we are looking gets a look that began after he asked. */
function refresh() {
  again = true;
  looking ??= look().finally(() => (looking = null));
  return looking;
}

async function look() {
  try {
    while (again && !stopped) {
      again = false;
      const seen = await call("GET", `/windows/${id}`);
      if (!stopped) show(seen);
    }
  } catch (error) {
    if (stopped) return;
    if (error.status === 401) leaving();
    else if (error instanceof Unreachable) away(true);
    else say("error", error.message);
  }
}

function show(seen) {
  picture = seen;
  keepFocus(() => {
    away(false);
    render(picture, onSide);
  });
  if (at("message").dataset.kind === "nobody" && picture.waiting) say("", "");
  const { state } = picture.window;
  if (state !== known) say("note", words.elsewhere[state]);
  known = state;
}

/** What the board shows of this window and its lines. */
function ours({ windows, lines }) {
  const { id: own, lines: prefixes } = picture.window;
  return [windows.get(own), ...[...lines.values()].filter(({ prefix }) => prefixes.includes(prefix))];
}

function away(gone) {
  unreachable(gone);
  document.body.toggleAttribute("data-away", gone);
  at("away").textContent = gone ? fill(words.away, { time: picture.now.slice(11, 16) }) : "";
}

/** `kind`: done, note, nobody, error or unsent; shown as a sign before the text. */
function say(kind, text) {
  at("message").dataset.kind = kind;
  at("message").textContent = text;
}
