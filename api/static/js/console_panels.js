// The two panels: where to transfer a ticket, and why and for how long the window pauses.
import { fill, texts } from "./api.js";
import { Picker } from "./picker.js";

const words = texts();
const at = (id) => document.getElementById(id);

for (const dialog of document.querySelectorAll("dialog")) {
  dialog.querySelector("[data-cancel]").addEventListener("click", () => dialog.close());
}
at("help").addEventListener("click", showKeys);

/** The list of all keys. */
export function showKeys() {
  at("keys").showModal();
}

/** Open a dialog; gives `answer()` when it was confirmed, else null. `answer` may refuse by giving undefined. */
function ask(dialog, answer) {
  const form = dialog.querySelector("form");
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    let given = null;
    form.onsubmit = (event) => {
      given = answer();
      if (given === undefined) event.preventDefault();
    };
    dialog.onclose = () => resolve(given ?? null);
  });
}

const goals = new Picker(at("transfer-filter"), at("transfer-list"), words.no_match);

/** Ask where `ticket` is to go: `{body, name}` for the transfer, or null. `here`: the number of its own window. */
export function chooseGoal({ lines, windows }, ticket, here) {
  at("transfer-number").textContent = ticket.number;
  at("transfer-filter").value = "";
  at("transfer-note").value = "";
  say("transfer", "");
  const { times, lines: left, windows: from } = ticket.sent_on;
  at("transfer-sent-on").textContent = times ? fill(words.sent_on, { times }) : "";
  goals.show([
    { name: words.lines, options: lines.map((line) => lineGoal(line, left.includes(line.prefix) && line.prefix !== ticket.line)) },
    { name: words.windows, options: windows.filter(({ number }) => number !== here)
      .map((window) => windowGoal(window, from.includes(window.number))) },
  ]);
  return ask(at("transfer"), () => {
    const { option } = goals;
    if (!option) return say("transfer", words.choose_goal);
    const [kind, code] = option.value.split(" ");
    return { body: { [kind]: code, reason: at("transfer-note").value.trim() }, name: `${option.mark} ${option.name}` };
  });
}

/** `left`: he was sent away from there; the server has the last word on who may send him back. */
function lineGoal({ prefix, name, zone, waiting, open }, left) {
  const figures = left ? words.sent_from_here : open ? fill(words.line_figures, { waiting, open }) : words.line_unserved;
  return { value: `line ${prefix}`, mark: prefix, name, note: `${figures} · ${zone}`, off: !open, quiet: !open };
}

function windowGoal({ number, name, zone, state, officer }, left) {
  const closed = state === "closed";
  const note = [left ? words.sent_from_here : words.window[state], officer?.name, zone].filter(Boolean).join(" · ");
  return { value: `window ${number}`, mark: number, name, note, state, off: closed, quiet: closed };
}

const reasons = at("pausing-form").elements.reason;
const backAt = at("back-at");

for (const radio of reasons) radio.addEventListener("change", () => proposeReturn(radio));

let moment; // the hall's time when the panel was opened, RFC 3339 with its offset
let opening; // when the hall opens next

/** Ask why and until when: the body for the pause, or null. `picture`: from `GET /windows/{id}`. */
export function choosePause(picture) {
  moment = picture.now;
  opening = picture.next_opening;
  reasons[0].checked = true;
  proposeReturn(reasons[0]);
  say("pausing", "");
  return ask(at("pausing"), () => {
    const typed = backAt.value.normalize("NFKC").trim();
    if (!typed) return { reason: reasons.value };
    const [, hour, minute] = typed.match(/^([01]?\d|2[0-3]):?([0-5]\d)$/) ?? [];
    if (!minute) return say("pausing", words.time_unclear);
    const time = `${hour.padStart(2, "0")}:${minute}`;
    if (time <= moment.slice(11, 16)) return say("pausing", words.time_passed);
    return { reason: reasons.value, back_at: `${moment.slice(0, 11)}${time}:00${moment.slice(19)}` };
  });
}

/** The end of the hall's own break where there is one today, else some minutes from now. */
function proposeReturn({ dataset: { minutes, atOpening } }) {
  if (atOpening && opening?.slice(0, 10) === moment.slice(0, 10)) {
    backAt.value = opening.slice(11, 16);
    return;
  }
  const [hour, minute] = moment.slice(11, 16).split(":").map(Number);
  const then = hour * 60 + minute + Number(minutes);
  const today = minutes !== "" && then < 24 * 60;
  backAt.value = today ? [Math.floor(then / 60), then % 60].map((part) => String(part).padStart(2, "0")).join(":") : "";
}

function say(panel, text) {
  at(`${panel}-message`).textContent = text;
}
