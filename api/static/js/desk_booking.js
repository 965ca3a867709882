// Appointments at the desk: found by code or phone, checked in; and another time for whoever stands before me (R40, R51).
import { codeIn, daysOf, grouped, named } from "./appointments.js";
import { call, fill, texts } from "./api.js";
import { press, send } from "./console_press.js";
import { attempt, say, sending } from "./desk_say.js";
import { newest, showPart, showSent, wanted } from "./desk_visitor.js";
import { printPage } from "./printing.js";

const words = texts().booking;
const at = (id) => document.getElementById(id);
const dialog = at("booking");
const PHONE = /^[\d\s()（）+-]{7,}$/;
let path; // of the hall, in the interface
let goal = null; // what the dialog is about: {item, moved}, `moved` the code of an appointment that is moved
let days = [];
let slot = null;
let held = ""; // the place kept while the dialog is open

/** Make it work for the hall at `base`. */
export function receiveBookings(base) {
  path = base;
  at("book-later").addEventListener("click", () => chooseTime({ item: wanted().item }));
  dialog.querySelector("[data-cancel]").addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", release);
  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (slot) press(at("booking-yes"), () => attempt(goal.moved ? move : book, tell));
    else tell("error", words.choose);
  });
}

/** Whether a text is an appointment's code or a phone, and no number of a ticket: then what is booked is shown. */
export function findAppointments(text) {
  const code = codeIn(text), phone = !code && PHONE.test(text.trim());
  if (!code && !phone) return null;
  return attempt(async () => {
    const query = new URLSearchParams({ phone: text.trim() });
    const seen = await newest(code ? `/appointments/${code}` : `${path}/appointments?${query}`);
    if (!seen) return null;
    const found = code ? [seen] : seen.appointments;
    if (!found.length) return say("error", words.nobody);
    show(found);
    say("", "");
    return null;
  });
}

function show(appointments) {
  const blank = at("appointment-row").content.firstElementChild;
  at("appointments").replaceChildren(...appointments.map((one) => {
    const row = blank.cloneNode(true), part = (name) => row.querySelector(`[data-field=${name}]`);
    const open = one.status === "booked";
    row.dataset.status = one.status;
    put(part("when"), one.when);
    put(part("state"), words.states[one.status]);
    put(part("item"), one.item.name);
    put(part("code"), fill(words.code, { code: grouped(one.code) }));
    const marks = [one.visitor, one.proxy && fill(words.proxy, one), one.need && fill(words.need, { need: one.need_text })];
    part("tags").replaceChildren(...marks.filter(Boolean).map((text) => Object.assign(document.createElement("span"), {
      className: "tag", textContent: text,
    })));
    part("in").hidden = !open;
    part("in").onclick = () => press(part("in"), () => attempt(() => checkIn(one)), sending);
    part("other").onclick = () => chooseTime({ item: one.item, moved: open ? one.code : null });
    put(part("other"), open ? words.move : words.other);
    return row;
  }));
  showPart("booked");
  (at("appointments").querySelector("button:not([hidden])") ?? at("booked")).focus();
}

async function checkIn({ code }) {
  const ticket = await showSent(send(`/appointments/${code}/check-in`, {}));
  return fill(ticket.kept ? words.kept : words.late, { number: ticket.number, time: ticket.booked_for.slice(11, 16) });
}

/** Choose a time for an item; `moved`: the code of the appointment that is moved there. */
function chooseTime(about) {
  goal = about;
  const { name, phone, need } = wanted();
  put(at("booking-title"), goal.moved ? words.move : words.other);
  put(at("booking-item"), goal.item.name);
  tell("", "");
  at("booking-person").hidden = Boolean(goal.moved);
  at("booking-name").value = name;
  at("booking-phone").value = phone;
  at("booking-need").value = need;
  put(at("booking-yes"), goal.moved ? words.move_yes : words.yes);
  dialog.showModal();
  return attempt(look, tell);
}

async function look() {
  const query = new URLSearchParams({ item: goal.item.code, channel: "onsite", hold: held });
  days = daysOf(await call("GET", `${path}/slots?${query}`));
  showDay(days.find(({ free }) => free));
  if (!days.some(({ free }) => free)) tell("error", words.none);
}

function showDay(chosen) {
  slot = null;
  at("booking-days").replaceChildren(...days.map((day) => {
    const button = document.createElement("button");
    const room = !day.open ? words.shut : day.free ? fill(words.free, { count: day.free }) : words.full;
    const parts = [["b", named(day.day, { weekday: "short" })], ["span", named(day.day, { month: "numeric", day: "numeric" })], ["small", room]];
    button.append(...parts.map(([tag, textContent]) => Object.assign(document.createElement(tag), { textContent })));
    Object.assign(button, { type: "button", disabled: !day.free, onclick: () => showDay(day) });
    button.setAttribute("aria-pressed", day === chosen);
    return button;
  }));
  at("booking-slots").replaceChildren(...(chosen?.slots ?? []).map((one) => {
    const label = document.createElement("label"), input = document.createElement("input");
    Object.assign(input, { type: "radio", name: "slot", value: one.id, disabled: !one.free, onchange: () => (slot = one.id) });
    const room = one.free ? fill(words.free, { count: one.free }) : words.full;
    label.append(input, one.starts_at.slice(11, 16), Object.assign(document.createElement("small"), { textContent: room }));
    return label;
  }));
}

async function book() {
  const hold = await send(`${path}/holds`, { slot, channel: "onsite", hold: held });
  held = hold.id;
  const said = { name: at("booking-name").value, phone: at("booking-phone").value, language: wanted().language };
  const need = at("booking-need").value;
  const made = await send(`/holds/${held}/confirm`, need ? { ...said, needs: need } : said).catch((error) => {
    if (error.code === "hold_over") held = "";
    throw error;
  });
  held = "";
  return done(made, words.booked);
}

async function move() {
  return done(await send(`/appointments/${goal.moved}/move`, { slot }), words.moved);
}

function done(made, text) {
  dialog.close();
  show([made]);
  say("done", fill(text, { when: made.when, code: grouped(made.code) }));
  printPage(made.url.replace("?", "/slip?"));
  return null;
}

/** The place of a dialog that was closed without an appointment is free again; else it runs out by itself. */
function release() {
  if (held) call("DELETE", `/holds/${held}`).catch(() => {});
  held = "";
}

function tell(kind, text) {
  at("booking-message").dataset.kind = kind;
  put(at("booking-message"), text);
}

function put(element, text) {
  element.textContent = text;
}
