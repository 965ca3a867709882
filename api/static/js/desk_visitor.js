// Who stands before me: what he came for, where it is done, and the number taken for him. Keyboard: type, Enter, Enter.
import { call, fill, texts } from "./api.js";
import { press, send } from "./console_press.js";
import { guideTo } from "./desk_agencies.js";
import { chooseLine } from "./desk_lines.js";
import { attempt, say, sending } from "./desk_say.js";
import { Seek } from "./desk_seek.js";
import { minutes, people, windows } from "./figures.js";
import { printPage } from "./printing.js";
import { giveReceipt } from "./receipt.js";

const SHORTEST_REASON = 2;

const words = texts();
const english = document.documentElement.lang === "en";
const at = (id) => document.getElementById(id);
let path; // of the hall, in the interface
let hall;
let seek = null;
let item = null; // what he came for; null: he cannot say
let line = null; // the prefix of a line that I chose instead of the proposed one
let way = null;
let asked = 0;
let ticket = null; // the number shown
let sure = false; // that it is to be cancelled
let turn = 0; // an answer that comes late belongs to the visitor, or to the number, that was asked about before

/** Make the desk work for the hall at `base`; gives what starts with a new visitor. */
export function receive(base, facts) {
  path = base;
  learn(facts);
  at("priority").addEventListener("change", () => {
    at("reason-field").hidden = !at("priority").value;
    if (at("priority").value) at("reason").focus();
  });
  seek = new Seek(path, hall, { marked: consider, taken: () => at("take-yes").focus() });
  at("take").addEventListener("submit", (event) => {
    event.preventDefault();
    const outside = item?.agency;
    if (!outside && reasonMissing()) return;
    press(at("take-yes"), () => attempt(outside ? () => guideTo(path, { item: item.code }) : take), sending);
  });
  at("take-anyway").addEventListener("click", () => {
    if (!reasonMissing()) press(at("take-anyway"), () => attempt(take), sending);
  });
  at("change-line").addEventListener("click", changeLine);
  for (const button of document.querySelectorAll("[data-act]")) {
    button.addEventListener("click", () => ACTS[button.dataset.act](button));
  }
  return () => {
    anew();
    at("take").reset();
    at("reason-field").hidden = true;
    at("find-number").value = "";
    say("", "");
    showPart("start");
    seek.clear();
  };
}

/** The hall as it is now; what was chosen and typed stays, and the way that is proposed is asked for again. */
export function learn(facts) {
  hall = facts;
  if (seek) seek.hall = facts;
  const chosen = at("priority").value, [ordinary] = at("priority").options;
  const classes = hall.priorities.map(({ code, name, name_en }) => new Option((english && name_en) || name, code));
  at("priority").replaceChildren(ordinary, ...classes);
  at("priority").value = hall.priorities.some(({ code }) => code === chosen) ? chosen : "";
  at("reason-field").hidden = !at("priority").value;
  if (!at("guide").hidden) propose();
}

/** What he came for, and what he said of himself so far. */
export function wanted() {
  const said = (id) => at(id).value.trim();
  return { item, name: said("name"), phone: said("phone"), need: at("need").value, language: at("language").value };
}

/** Show one of: start, guide (with the form), result, booked. */
export function showPart(part) {
  at("start").hidden = part !== "start";
  at("booked").hidden = part !== "booked";
  at("guide").hidden = at("take").hidden = part !== "guide";
  at("result").hidden = part !== "result";
}

/** An item (null: unsure) is marked in the list: its guide, and the way that is proposed. */
function consider(marked) {
  turn += 1;
  item = marked;
  line = null;
  showPart("guide");
  say("", "");
  const outside = item?.agency ?? null;
  put("guide-name", item?.name ?? words.unsure);
  tags("guide-tags", item ? [
    fill(words.kind[item.kind], { days: item.promised_days }),
    item.fee_yuan ? fill(words.fee, { yuan: item.fee_yuan }) : words.free_of_charge,
    hall.departments.find(({ code }) => code === item.department)?.name,
  ] : []);
  at("guide-agency").hidden = !outside;
  at("way").hidden = Boolean(outside);
  for (const field of ["name", "address", "phone"]) put(`agency-${field}`, outside?.[field] ?? "");
  at("guide-about").hidden = !item?.materials.length || Boolean(outside);
  at("guide-materials").replaceChildren(...(item?.materials ?? []).map((name) => element("li", name)));
  put("take-label", outside ? words.guide_only : words.take);
  at("take-anyway").hidden = !outside;
  at("book-later").hidden = !item?.bookable;
  propose();
}

/** Ask where the visitor would be sent; only the newest question counts. */
async function propose() {
  const mine = ++asked;
  const query = new URLSearchParams();
  if (item) query.set("item", item.code);
  if (line) query.set("line", line);
  at("way").setAttribute("aria-busy", "true");
  await attempt(async () => {
    const answer = await call("GET", `${path}/route?${query}`);
    if (mine !== asked) return;
    way = answer;
    put("way-line", fill(words.line_at, { prefix: way.line, name: way.line_name }));
    put("way-zone", way.route.zone);
    put("way-text", way.route.text + (line ? words.chosen_by_me : ""));
    const open = way.route.windows.length;
    put("way-windows", open
      ? fill(words.windows_open, { windows: windows(way.route.windows, words.figures) }) : words.no_window_open);
    put("way-figures", ahead(way));
  });
  if (mine === asked) at("way").removeAttribute("aria-busy");
}

async function changeLine() {
  if (at("guide").hidden || at("way").hidden) return;
  const chosen = await chooseLine(path, hall, words.change_line, line ?? way?.line, () => true);
  if (!chosen) return;
  line = chosen.value;
  await propose();
  at("take-yes").focus();
}

/** No priority without the reason for it (R45): said, and asked for. */
function reasonMissing() {
  if (!at("priority").value || at("reason").value.trim().length >= SHORTEST_REASON) return false;
  say("error", words.reason_first);
  at("reason").focus();
  return true;
}

async function take() {
  const priority = at("priority").value;
  const wish = { channel: "desk", language: at("language").value };
  const given = { item: item?.code, line, priority, reason: priority && at("reason").value.trim(), need: at("need").value,
    name: at("name").value.trim(), phone: at("phone").value.trim() };
  for (const [name, value] of Object.entries(given)) if (value) wish[name] = value;
  const mine = anew(), came = item;
  const issued = await send(`${path}/tickets`, wish);
  if (mine === turn) present({ ...issued, item: came, zone: issued.route.zone, actions: ["cancel", "transfer"], need: wish.need ?? "" });
  if (mine === turn) document.querySelector("[data-act=print]").focus();
  return fill(words.done.take, issued);
}

/** A number that a visitor says: where he stands, and what can be done. */
export async function findNumber(number) {
  if (!number.trim()) return null;
  const found = await newest(`${path}/tickets?number=${encodeURIComponent(number.trim())}`);
  if (!found) return null;
  if (!found.tickets.length) return say("error", fill(words.no_ticket, { number: number.trim() }));
  await showNumber(found.tickets[0].id);
  return null;
}

/** Show the ticket with this id. */
export async function showNumber(id) {
  const seen = await newest(`/tickets/${id}`);
  if (!seen) return;
  present(seen);
  say("", "");
}

/** Show the number that an answer brings, ready to be printed, unless something else was asked for since; gives the answer. */
export async function showSent(sent) {
  const mine = anew();
  const issued = await sent;
  if (mine === turn) await showNumber(issued.id);
  if (!at("result").hidden && ticket?.id === issued.id) document.querySelector("[data-act=print]").focus();
  return issued;
}

/** Something else is asked for from here on: what comes late of before, an answer or a list, is not to stand over it. */
function anew() {
  seek?.leave();
  return ++turn;
}

/** What is to be shown; null, also where it failed, when something else was asked for since. */
export async function newest(address) {
  const mine = anew();
  try {
    const answer = await call("GET", address);
    return mine === turn ? answer : null;
  } catch (error) {
    if (mine === turn) throw error;
    return null;
  }
}

function present(seen) {
  ticket = seen;
  sure = false;
  showPart("result");
  at("result").dataset.status = ticket.status;
  put("result-state", words.states[ticket.status]);
  put("result-number", ticket.number);
  put("result-item", ticket.item?.name ?? ticket.line_name);
  const { priority, need, booked_for } = ticket;
  tags("result-tags", [
    booked_for && fill(words.booked, { time: booked_for.slice(11, 16) }),
    priority && fill(words.priority, { name: (english && priority.name_en) || priority.name }),
    need && fill(words.need, { need: [...at("need").options].find(({ value }) => value === need)?.text ?? need }),
    ticket.visitor,
  ]);
  const there = ticket.window && fill(words.at_window, ticket);
  put("result-where", there ? `${there} · ${ticket.zone}` : ticket.route.text);
  const waits = ticket.status === "waiting" && ticket.route.windows?.length;
  put("result-windows", waits ? fill(words.windows_open, { windows: windows(ticket.route.windows, words.figures) }) : "");
  put("result-figures", "ahead" in ticket ? ahead(ticket) : "");
  put("result-first", ticket.first_officer ? fill(words.first_officer, { name: ticket.first_officer }) : "");
  put("result-sent-on", ticket.sent_on?.times ? fill(words.sent_on, ticket.sent_on) : "");
  const mine = ["waiting", "missed", "parked"].includes(ticket.status); // not in front of somebody's window
  for (const button of document.querySelectorAll("[data-act]")) {
    const { act } = button.dataset;
    const always = act === "print" ? ticket.status === "waiting" : act === "receipt" && !["cancelled", "expired"].includes(ticket.status);
    button.hidden = !(always || (mine && ticket.actions.includes(act)));
  }
}

const ACTS = {
  print: (button) => act(button, print),
  receipt: () => attempt(() => giveReceipt(ticket)), // the dialog's own button is the press
  requeue: (button) => act(button, () => move(ticket, "requeue")),
  async transfer(button) {
    const sent = ticket; // another may be shown by the time a line is chosen
    const title = fill(words.send_to_line, sent);
    const goal = await chooseLine(path, hall, title, null, ({ prefix, open }) => open && prefix !== sent.line);
    if (goal) act(button, () => move(sent, "transfer", { line: goal.value }, { goal: `${goal.mark} ${goal.name}` }));
  },
  cancel(button) {
    if (sure) return act(button, () => move(ticket, "cancel"));
    sure = true;
    say("note", fill(words.sure_cancel, ticket));
  },
};

function act(button, work) {
  press(button, () => attempt(work), sending);
}

async function print() {
  const printed = ticket;
  try {
    const { copy } = await send(`/tickets/${printed.id}/print`);
    return fill(copy ? words.done.print_again : words.done.print, printed);
  } catch (error) {
    if (!["no_printer", "which_printer"].includes(error.code)) throw error;
    printPage(`/t/${printed.id}/slip`);
    return null;
  }
}

async function move(moved, action, body, more = {}) {
  const mine = anew();
  await send(`/tickets/${moved.id}/${action}`, body);
  if (mine === turn) await showNumber(moved.id);
  return fill(words.done[action], { ...moved, ...more });
}

function ahead(seen) {
  const count = people(seen.ahead, words.figures);
  return fill(words.ahead_wait, { people: count, minutes: minutes(seen.wait, words.figures) });
}

function tags(id, wanted) {
  at(id).replaceChildren(...wanted.filter(Boolean).map((text) => Object.assign(element("span", text), { className: "tag" })));
}

function put(id, text) {
  if (at(id).textContent !== text) at(id).textContent = text;
}

function element(tag, textContent) {
  return Object.assign(document.createElement(tag), { textContent });
}
