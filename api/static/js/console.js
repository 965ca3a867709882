// The console's way in: who is it, at which window does he sit, and if at none, which one does he open?
import { call, fill, texts, Unreachable, useSession } from "./api.js";
import { attempt, close, tell, work } from "./console_desk.js";
import { press, send } from "./console_press.js";
import { claim } from "./console_tabs.js";
import { Picker } from "./picker.js";
import { refuse, signIn } from "./officer.js";

const AT_WINDOW = ["clerk", "guide", "supervisor", "admin"];
const STEERING = ["supervisor", "admin"]; // they look at any window and sit down at none
const LAST = "paihao.window"; // the number of the window this browser opened last
const DOCKED = 360; // pixels

const words = texts();
const at = (id) => document.getElementById(id);
let session, steering;
let stop = () => {}; // looking and acting

try {
  await start();
} catch (error) {
  refuse(error instanceof Unreachable ? words.no_server : error.message);
}

async function start() {
  session = await call("GET", "/session");
  if (session.role === "public") return signIn();
  useSession(session);
  steering = STEERING.includes(session.role);
  at("officer").textContent = session.name;
  at("leave").hidden = false;
  at("leave").addEventListener("click", () => press(at("leave"), goHome, tell));
  if (!AT_WINDOW.includes(session.role)) return refuse(words.no_console);
  const window = (steering && new URLSearchParams(location.search).get("window")) || session.window;
  // Who steers may look at several windows at once, each in a tab of its own; a clerk sits at one.
  if (window || !steering) claim(`paihao.console ${session.username} ${steering ? window : ""}`, elsewhere);
  at("dock").addEventListener("click", dock);
  at("resume-here").addEventListener("click", () => press(at("resume-here"), resumeHere));
  return window ? enter(window) : choose();
}

/** A newer tab has taken over: this one stands still until it is asked for again. */
function elsewhere() {
  stop();
  document.title = words.elsewhere_title;
  for (const id of ["choose", "desk", "controls", "window-state"]) at(id).hidden = true;
  at("elsewhere").hidden = false;
  at("resume-here").focus();
}

/** Begin anew as the newest tab, but not where the network would leave an empty page. */
async function resumeHere() {
  try {
    await call("GET", "/session");
    location.reload();
  } catch (error) {
    at("elsewhere-message").textContent = error instanceof Unreachable ? words.no_server : error.message;
  }
}

/** A narrow window beside the department's own program; it takes over as the newest tab does. */
function dock(event) {
  event.preventDefault();
  const { availLeft = 0, availWidth, availHeight } = screen;
  const { searchParams, href } = new URL(location.href);
  const address = new URL("/console?dock=1", href);
  if (searchParams.has("window")) address.searchParams.set("window", searchParams.get("window"));
  const place = `width=${DOCKED},height=${availHeight},left=${availLeft + availWidth - DOCKED},top=0`;
  globalThis.open(address, "paihao-dock", `popup,${place}`);
}

async function enter(window) {
  stop = await work(window, { signIn, closed: () => location.replace("/console"), chief: steering });
  if (!at("elsewhere").hidden) return elsewhere();
  at("choose").hidden = true;
  at("own").hidden = false;
  at("main").focus();
  at("officer").hidden = true; // from here on the window says who sits there
  at("other").hidden = !steering;
  at("leave").textContent = steering ? words.leave : words.close_and_leave;
}

/** Sign out; a clerk's window is closed first. */
function goHome() {
  const signOut = () => call("DELETE", "/session");
  if (at("desk").hidden) return signOut().then(signIn, (error) => refuse(inWords(error)));
  return attempt(() => (steering ? signOut() : close().then(signOut)), signIn);
}

function inWords(error) {
  return error instanceof Unreachable ? words.not_sent : error.message;
}

async function choose() {
  at("choose").hidden = false;
  const submit = at("choose-submit");
  const picker = new Picker(at("choose-filter"), at("choose-list"), words.no_match, (option) => {
    const text = steering ? words.look_at_this : words.open_this;
    submit.textContent = option ? fill(text, { window: `${option.mark} ${option.name}` }) : words.choose_first;
    submit.setAttribute("aria-disabled", String(!option)); // a disabled one would swallow Enter in the field
  });
  const show = async () => {
    const windows = await everyWindow();
    picker.show(byZone(windows), proposed(windows));
  };
  const say = (text) => (at("choose-message").textContent = text);
  at("choose-filter").focus();
  const listed = show();
  at("choose-form").addEventListener("submit", (event) => {
    event.preventDefault();
    press(submit, async () => {
      await listed; // who types faster than the list comes has pressed Enter all the same
      if (!picker.option) return say(words.choose_first);
      try {
        await take(picker.option);
      } catch (error) {
        say(inWords(error));
        if (!(error instanceof Unreachable)) await show(); // somebody else was faster
      }
    }, (how) => say(words[how]));
  });
  await listed;
}

async function take({ value, mark }) {
  localStorage.setItem(LAST, mark);
  if (steering) return location.assign(`/console?window=${value}`);
  await send(`/windows/${value}/open`);
  return enter(value);
}

/** The windows of the officer's hall, or of every hall for who belongs to none. */
async function everyWindow() {
  const codes = session.hall ? [session.hall] : (await call("GET", "/halls")).halls.map(({ code }) => code);
  const halls = await Promise.all(codes.map((code) => call("GET", `/halls/${encodeURIComponent(code)}`)));
  return halls.flatMap(({ name, windows }) => windows.map((window) => ({
    ...window, place: halls.length > 1 ? `${name} · ${window.zone}` : window.zone,
  })));
}

function byZone(windows) {
  const zones = new Map();
  for (const window of windows) {
    const { id, number, name, place, state, officer } = window;
    const now = state === "closed" ? words.free : words.window[state];
    const options = zones.get(place) ?? zones.set(place, []).get(place);
    const note = officer ? `${now} · ${officer.name}` : now;
    options.push({ value: String(id), mark: number, name, note, state, off: taken(window) });
  }
  return [...zones].map(([name, options]) => ({ name, options }));
}

/** Somebody else sits there; only steering staff may look on. */
function taken({ officer }) {
  return Boolean(officer) && !steering;
}

/** The window that the officer most likely wants: the one planned for him, that his name says, else the last one. */
function proposed(windows) {
  const free = windows.filter((window) => !taken(window));
  const numbered = (number) => free.find((window) => window.number.toLowerCase() === number?.toLowerCase());
  const planned = free.find(({ id }) => id === session.seat);
  const window = planned ?? numbered(session.username) ?? numbered(localStorage.getItem(LAST));
  return window ? String(window.id) : null;
}
