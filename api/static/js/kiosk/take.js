// From an item to a number: what to bring, the one request, the slip.

import { call, fill, newKey, texts } from "../api.js";
import { minutes, people, put, windows } from "../figures.js";
import { house, lineNamed, lineOf, lost } from "./house.js";
import { tile } from "./paging.js";
import { english, reading } from "./reader.js";
import { again, back, current, go, reset, screen } from "./stage.js";

const SLIP_SECONDS = 8;
/** A printer on the network has so long to say that the slip is out. */
const PAPER_SECONDS = 10;
/** A number stays on the screen so long; longer where it is not on paper, or still being read aloud. */
const SHORT_SECONDS = 12;
const LONG_SECONDS = 45;
/** Who would wait longer than so many minutes is offered another time. */
const LONG_WAIT = 60;

// The request that waits for its answer. It keeps its key until the server has spoken: however often it is sent,
// it gives one number.
let pending = null;

export const asking = () => pending !== null;
export const giveUp = () => (pending = null);

/** The two ways that need no item. */
export const unsure = () => go("confirm", { door: "unsure", line: lineOf("first_inquiry") });
export const complain = () => go("confirm", { door: "complaint", line: lineOf("complaint") });

screen("confirm", (section, args) => {
  const { item, door, line, need, priority = "" } = args;
  const say = texts(), agency = item?.agency;
  const goal = line ?? lineNamed(item.line);
  const department = house.hall.departments.find(({ code }) => code === item?.department);
  put(section, {
    department: department?.name,
    name: item?.name ?? say[door],
    lead: door ? say[`${door}_lead`] : agency ? say.elsewhere_lead : promise(item, say),
    agency: agency?.name, address: agency?.address, phone: agency?.phone,
    place: goal && `${goal.zone} ${goal.name}`,
    waiting: goal && (goal.waiting ? waitingAt(goal, say.figures) : say.nobody),
    need: need ? fill(say.helped, { need: named(need, say) }) : say.need_help,
    take: asking() ? say.taking : agency ? say.take_desk : say.take,
  });
  offerTimes(section, Boolean(item?.bookable) && !(goal?.wait?.high <= LONG_WAIT));
  bring(section, agency ? [] : item?.materials ?? []);
  classes(section.querySelector("[data-classes]"), say, priority);
  const form = section.querySelector("[data-take]");
  form.querySelector("[data-slot=take]").disabled = asking();
  form.onchange = ({ target }) => (args.priority = target.value);
  form.onsubmit = (event) => {
    event.preventDefault();
    if (asking()) return;
    const goal = door === "complaint" ? { line: line.prefix } : { item: item?.code ?? null };
    const language = english() ? "en" : "zh_CN";
    const body = { channel: "kiosk", priority: args.priority || null, need: need ?? "", language, ...goal };
    send({ path: `/halls/${house.code}/tickets`, body, item: agency ? null : item });
  };
});

/** To book another time is offered in the foot where nobody serves the line now, or the wait is long. */
function offerTimes(section, offered) {
  section.dataset.foot = offered ? "back home times" : "back home";
}

export const otherTime = () => go("times", { item: current().args.item });

/** Ask for a number; `refused(error)`: who is told instead of everybody when the server says no. */
export function send({ path, body, item = null, refused = null }) {
  pending = { key: newKey(), path, body, item, refused };
  again();
  ask();
}

/** Who needs a hand says so, quietly (R53); it stands on the number. */
export const help = () => go("help", { wish: current().args });

screen("help", (section, { wish }) => {
  const say = texts();
  const options = [...say.needs, [null, say.no_need]].map(([code, text]) => tile({ text, choose() {
    wish.need = code;
    back();
  } }));
  section.querySelector("[data-list]").replaceChildren(...options);
});

const named = (need, say) => new Map(say.needs).get(need) ?? need;

const waitingAt = (line, say) => `${people(line.waiting, say)} · ${minutes(line.wait, say)}`;

/** How long the case takes, and its fee. */
function promise({ kind, promised_days: days, fee_yuan: yuan }, say) {
  const limit = fill(say.kind[kind], { days });
  return `${limit} · ${yuan ? fill(say.fee, { yuan }) : say.free}`;
}

function classes(box, say, chosen) {
  const options = house.hall.priorities.map(({ code, name, name_en, credit_minutes }) => ({
    code, name: (english() && name_en) || name, note: fill(say.credit, { minutes: credit_minutes }),
  }));
  box.replaceChildren(...[{ code: "", name: say.ordinary }, ...options].map(({ code, name, note }) => {
    const label = document.createElement("label");
    const input = Object.assign(document.createElement("input"), { type: "radio", name: "priority", value: code });
    input.checked = code === chosen;
    label.append(input, Object.assign(document.createElement("span"), { textContent: name }));
    label.append(Object.assign(document.createElement("small"), { textContent: note ?? "" }));
    return label;
  }));
  box.closest("fieldset").hidden = options.length === 0;
}

/** What to bring. */
export function bring(section, materials) {
  const list = section.querySelector("[data-materials]");
  list.replaceChildren(...materials.map((name) => Object.assign(document.createElement("li"), { textContent: name })));
  list.closest("[data-part]").hidden = materials.length === 0;
}

let failed = null;

/** Who is told when the server refused or did not answer. */
export function onRefusal(handle) {
  failed = handle;
}

/** Send the pending request, for the first time or again. */
export async function ask() {
  const mine = pending;
  try {
    const ticket = await call("POST", mine.path, mine.body, { token: house.token, key: mine.key });
    if (pending !== mine) return; // whoever asked has gone
    pending = null;
    const args = { ticket, item: ticket.item ?? mine.item, need: mine.body.need ?? ticket.need };
    await reset("ticket", args);
    args.slip = await slipAt(`/t/${ticket.id}/slip${ticket.printing ? "" : "?print=1"}`);
    if (current().args === args) again();
    if (!ticket.printing) return;
    args.unprinted = !(await isPrinted(ticket.id));
    if (current().args === args) again();
  } catch (error) {
    if (pending !== mine) return;
    if (!lost(error)) pending = null;
    if (mine.refused && !lost(error) && error.status !== 401) mine.refused(error);
    else failed(error);
  }
}

/**
 * Load the slip into the hidden frame, where it prints itself unless a printer on the network does; gives its QR code,
 * null when it did not come.
 */
export function slipAt(address) {
  const frame = document.getElementById("slip");
  return new Promise((resolve) => {
    setTimeout(resolve, SLIP_SECONDS * 1000, null);
    frame.onload = () => resolve(frame.contentDocument?.querySelector("[data-qr] svg") ?? null);
    frame.src = address;
  });
}

/** Whether the printer on the network said in time that the slip is out. */
async function isPrinted(id) {
  for (let second = 0; second < PAPER_SECONDS; second += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const { state, fault } = await call("GET", `/tickets/${id}/print`, undefined, { token: house.token }).catch(() => ({}));
    if (state === "printed") return true;
    if (state === "failed" || fault) return false;
  }
  return false;
}

const clock = (moment) => moment.slice(11, 16);

/** Whether he is here before the time that he booked. */
const early = ({ kept, booked_for }) => kept && Date.parse(booked_for) > Date.now();

screen("ticket", (section, { ticket, item, need, slip, unprinted = slip === null }) => {
  const say = texts();
  put(section, {
    number: ticket.number,
    item: item?.name ?? ticket.line_name,
    ahead: people(ticket.ahead, say.figures),
    wait: early(ticket) ? fill(say.from, { time: clock(ticket.booked_for) }) : minutes(ticket.wait, say.figures),
    booked: ticket.booked_for && fill(early(ticket) ? say.in_time : ticket.kept ? say.kept : say.late, { time: clock(ticket.booked_for) }),
    where: ticket.route.text,
    windows: windows(ticket.route.windows, say.figures),
    helped: need && fill(say.helped, { need: named(need, say) }),
    slip: slip === null ? say.lost : unprinted ? say.unprinted : say.printing,
  });
  section.dataset.quiet = unprinted || reading() ? LONG_SECONDS : SHORT_SECONDS;
  bring(section, item?.materials ?? []);
  const box = section.querySelector("[data-qr]");
  box.replaceChildren(...(slip ? [document.importNode(slip, true)] : []));
  box.closest("[data-part]").hidden = !slip;
});
