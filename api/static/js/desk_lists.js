// Beside the visitor: who needs help and who goes (R53), what was sent on and whether it was taken (R4).
import { call, fill, texts, Unreachable } from "./api.js";
import { press, send } from "./console_press.js";
import { attempt } from "./desk_say.js";

const SILENT = "paihao.desk.silent";

const words = texts();
const at = (id) => document.getElementById(id);
let path;
let open; // shows a number
let known = null; // ids of those who asked for help, as seen last; null before the first look
let mine = true;
let skew = 0;
let asked = 0;
let audio = null;

/** Keep the lists of the hall at `base`; `show(id)`: a number was pressed. Gives what looks again. */
export function watchLists(base, show) {
  path = base;
  open = show;
  const sound = at("sound");
  const silent = localStorage.getItem(SILENT) === "yes";
  sound.setAttribute("aria-pressed", String(!silent));
  sound.addEventListener("click", () => {
    const on = sound.getAttribute("aria-pressed") !== "true";
    sound.setAttribute("aria-pressed", String(on));
    localStorage.setItem(SILENT, on ? "no" : "yes");
    if (on) beep();
  });
  for (const button of document.querySelectorAll("[data-mine]")) {
    button.addEventListener("click", () => {
      mine = button.dataset.mine === "yes";
      for (const other of document.querySelectorAll("[data-mine]")) other.setAttribute("aria-pressed", String(other === button));
      look();
    });
  }
  // A browser lets a page sound only after somebody touched it.
  for (const event of ["keydown", "pointerdown"]) document.addEventListener(event, wakeAudio, { once: true });
  return look;
}

/** Look again; whether the server answered. */
async function look() {
  const turn = ++asked;
  try {
    const [helped, sent] = await Promise.all([
      call("GET", `${path}/helps`), call("GET", `${path}/handovers?mine=${mine}`),
    ]);
    if (turn !== asked) return true; // who looked later shows it
    skew = Date.parse(sent.now) - Date.now();
    showHelps(helped.helps);
    showHandOvers(sent.handovers);
  } catch (error) {
    if (error instanceof Unreachable) return false;
    await attempt(() => Promise.reject(error));
  }
  return true;
}

function since(moment) {
  return Math.max(0, Math.floor((Date.now() + skew - Date.parse(moment)) / 60_000));
}

function showHelps(helps) {
  const wanted = helps.filter(({ helper }) => !helper);
  const fresh = known ? wanted.filter(({ id }) => !known.has(id)) : [];
  known = new Set(helps.map(({ id }) => id));
  at("helps-count").textContent = wanted.length ? fill(words.help.wanted, { count: wanted.length }) : words.help.none;
  if (fresh.length) alertTo(fresh.at(-1));
  else if (!wanted.some(({ id }) => id === at("alert").dataset.id)) at("alert").hidden = true;
  rows("helps", helps, (part, help, row) => {
    row.dataset.state = help.helper ? "going" : "wanted";
    part("item").textContent = help.need_text;
    const place = help.window ? fill(words.at_window, help) : help.zone;
    const told = help.window ? words.states[help.status] : fill(words.help.waited, { minutes: since(help.arrival) });
    part("where").textContent = `${place} · ${told}`;
    const go = part("go");
    go.hidden = Boolean(help.helper);
    go.textContent = words.help.go;
    go.setAttribute("aria-label", `${words.help.go} ${help.number}`);
    go.onclick = () => press(go, () => attempt(async () => {
      await send(`/tickets/${help.id}/help`).finally(look);
      return fill(words.done.help, help);
    }));
    part("going").textContent = help.mine ? words.help.mine : help.helper ? fill(words.help.going, { name: help.helper }) : "";
  });
}

function showHandOvers(sent) {
  rows("handovers", sent, (part, one, row) => {
    row.dataset.state = one.late ? "late" : one.state;
    part("item").textContent = one.item ?? one.to.line;
    const from = one.from.window ? fill(words.handover.from_window, one.from)
      : one.from.line ?? fill(words.handover.from_desk, one);
    const to = one.to.window ? fill(words.at_window, one.to) : `${one.to.line} ${one.to.zone}`;
    part("way").textContent = fill(words.handover.to, { from, to });
    const text = one.late ? words.handover.late : words.handover[one.state];
    const by = one.taken ?? one.acknowledged;
    const taker = { window: by?.window ?? one.window ?? "", by: by?.by ?? "" };
    part("state").textContent = fill(text, { minutes: since(one.at), ...taker });
  }, words.handover.none);
}

/** One row per ticket, kept by its id, so that neither focus nor eye loses its place. */
function rows(id, tickets, write, nothing = "") {
  const list = at(id);
  const kept = new Map([...list.children].map((row) => [row.dataset.id, row]));
  const blank = at(`${id.slice(0, -1)}-row`).content.firstElementChild;
  const wanted = tickets.map((ticket) => kept.get(ticket.id) ?? blank.cloneNode(true));
  const focused = document.activeElement;
  if (wanted.length !== list.children.length || wanted.some((row, place) => row !== list.children[place])) {
    list.replaceChildren(...wanted);
    if (list.contains(focused)) focused.focus();
  }
  if (!wanted.length && nothing) {
    list.append(Object.assign(document.createElement("li"), { className: "nothing", textContent: nothing }));
  }
  wanted.forEach((row, place) => {
    const ticket = tickets[place];
    const part = (field) => row.querySelector(`[data-field=${field}]`);
    row.dataset.id = ticket.id;
    part("number").textContent = ticket.number;
    part("number").onclick = () => attempt(() => open(ticket.id));
    write(part, ticket, row);
  });
}

function alertTo(help) {
  const box = at("alert");
  box.dataset.id = help.id;
  box.hidden = false;
  box.textContent = fill(words.help.alert, { ...help, need: help.need_text });
  if (at("sound").getAttribute("aria-pressed") === "true") beep();
}

function wakeAudio() {
  audio ??= new AudioContext();
  audio.resume();
}

/** Two short, soft notes. */
function beep() {
  if (audio?.state !== "running") return;
  [660, 880].forEach((pitch, place) => {
    const [tone, volume] = [audio.createOscillator(), audio.createGain()];
    const start = audio.currentTime + place * 0.18;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.12, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.16);
    tone.connect(volume).connect(audio.destination);
    tone.start(start);
    tone.stop(start + 0.17);
  });
}
