// The desk's picture on the page. Elements stay where they are; only what differs is written.
import { fill, texts } from "./api.js";
import { oneStop } from "./console_focus.js";

const words = texts();
const english = document.documentElement.lang === "en";
const at = (id) => document.getElementById(id);
let skew = 0;

/** What the dominant button does now: `open`, `reopen`, `call` or `complete_call`. */
export function dominant({ window, here }) {
  if (window.state !== "open") return window.state === "closed" ? "open" : "reopen";
  return here?.actions.includes("complete") ? "complete_call" : "call";
}

/** May this button be pressed now? `next` is the dominant one. */
export function allowed(act, { window, here }) {
  if (act === "pause") return window.state === "open";
  if (act === "close") return window.state !== "closed";
  if (act === "cases") return true;
  if (act === "accept" || act === "receipt") return here?.status === "serving";
  if (act === "next") return window.state !== "open" || here?.status !== "called";
  if (!here?.actions.includes(act)) return false;
  return act !== "miss" || here.recalls >= here.recalls_before_missed;
}

/** Why a button cannot be pressed, in words. */
export function objection(act, { window, here }, label) {
  if (act === "next") return fill(words.finish_first, here);
  if (act === "resume" && window.state === "open" && here) return words.finish_here_first;
  if (act === "miss" && here?.status === "called") {
    return fill(words.recalls_left, { left: here.recalls_before_missed - here.recalls });
  }
  return fill(words.not_now, { action: label });
}

/** The server's time now, milliseconds since 1970. */
export function serverNow() {
  return Date.now() + skew;
}

/** Write a picture from `GET /windows/{id}`. `onSide(act, ticket, button)`: a button beside a parked or missed one. */
export function render(picture, onSide) {
  const { window, here } = picture;
  skew = Date.parse(picture.now) - Date.now();
  place(window);
  if (here) person(here);
  else nobody(window.state === "open", picture.waiting > 0);
  buttons(picture);
  const waiting = picture.waiting ? fill(words.people_waiting, { count: picture.waiting }) : words.nobody;
  const { people, first } = picture.later;
  put(at("waiting"), people ? `${waiting} · ${fill(words.later, { people, time: first.slice(11, 16) })}` : waiting);
  ownDay(picture.day);
  coming(picture.handovers, onSide);
  rows(at("next"), "row", picture.next, (part, ticket) => {
    put(part("because"), [...marks(ticket).values(), reason(ticket, ticket.because)].join(" · "));
    since(part("minutes"), ticket.arrival, "waited_for");
  });
  side("parked", picture.parked, "resume", window.state === "open" && !here, onSide);
  side("missed", picture.missed, "requeue", true, onSide);
  tick();
  document.title = [here?.number, window.number, words.title].filter(Boolean).join(" · ");
}

/** Bring every running minute up to date. */
export function tick() {
  for (const element of document.querySelectorAll("[data-since]")) {
    const minutes = Math.max(0, Math.floor((serverNow() - Date.parse(element.dataset.since)) / 60_000));
    put(element, fill(words[element.dataset.words], { minutes }));
  }
}

function place(window) {
  put(at("window-number"), window.number);
  const name = [window.name, window.officer?.name].filter(Boolean).join(" · ");
  put(at("window-name"), name);
  at("window-name").title = name;
  const state = at("window-state");
  state.hidden = false;
  state.dataset.state = window.state;
  const back = window.back_at && fill(words.back_at, { time: window.back_at.slice(11, 16) });
  const why = words.reasons[window.pause_reason] ?? window.pause_reason;
  put(state, [words.window[window.state], why, back].filter(Boolean).join(" · "));
}

/** Who was sent here and nobody has acknowledged yet (R4). */
function coming(handovers, onSide) {
  at("coming-part").hidden = !handovers.length;
  put(at("coming-count"), fill(words.coming.count, { count: handovers.length }));
  rows(at("coming"), "coming-row", handovers, (part, sent, row) => {
    const from = sent.from.window ? fill(words.coming.window, sent.from) : sent.from.line ?? words.coming.desk;
    const minutes = Math.max(0, Math.floor((serverNow() - Date.parse(sent.at)) / 60_000));
    put(part("way"), fill(words.coming.way, { from, sender: sent.sender ?? "", minutes }));
    const button = row.querySelector("button");
    button.setAttribute("aria-label", fill(words.coming.take, sent));
    button.onclick = () => onSide("acknowledge", sent, button);
  });
}

/** The officer's own figures; what is not there yet is left out. */
function ownDay({ served, minutes, missed, since }) {
  const parts = [
    fill(words.day.served, { served }),
    minutes === null ? "" : fill(words.day.minutes, { minutes: Math.max(1, Math.round(minutes)) }),
    missed && fill(words.day.missed, { missed }),
    since && fill(words.day.since, { time: since.slice(11, 16) }),
  ];
  put(at("own-day"), parts.filter(Boolean).join(" · "));
}

function person(here) {
  at("here").dataset.status = here.status;
  put(at("here-status"), words.status[here.status]);
  if (here.status === "serving") since(at("here-minutes"), here.started_at, "serving_for");
  else since(at("here-minutes"), here.called_at, "called_for");
  put(at("here-number"), here.number);
  put(at("here-item"), subject(here));
  put(at("here-visitor"), [here.visitor, cameBy(here)].filter(Boolean).join(" · "));
  put(at("here-first"), here.first_officer ? fill(words.first_officer, { name: here.first_officer }) : "");
  const more = [["priority", here.priority && courtesy(here)], ["postponed", here.postponed && words.postponed]];
  tags(new Map([...marks(here), ...more]));
  put(at("here-hint"), reason(here, here.why));
  at("here-unsure").hidden = here.route.reason !== "unsure";
  guide(here.item);
}

function nobody(open, somebodyWaits) {
  at("here").dataset.status = "none";
  put(at("here-status"), words.status.none);
  since(at("here-minutes"), null);
  put(at("here-number"), "");
  put(at("here-item"), somebodyWaits ? words.nobody_here : words.nobody);
  put(at("here-visitor"), "");
  put(at("here-first"), "");
  tags(new Map());
  put(at("here-hint"), open ? words.press_to_call : words.press_to_open);
  at("here-unsure").hidden = true;
  guide(null);
}

function buttons(picture) {
  const called = picture.here?.status === "called" ? picture.here : null;
  // Never disabled: that would throw the focus away, and a button that is pressed in vain can say why.
  for (const button of document.querySelectorAll("[data-act]")) off(button, !allowed(button.dataset.act, picture));
  put(at("next-label"), words.dominant[dominant(picture)]);
  const recalls = called && { done: called.recalls, wanted: called.recalls_before_missed };
  put(at("recalled"), recalls ? fill(words.recalled, recalls) : "");
  at("acts").dataset.likely = called ? "start" : "";
}

/** How the visitor is to be met: what kind of mark -> its text. */
function marks({ language, need, booked_for, arrival }) {
  const known = [
    ["booked", booked_for && fill(words.booked, { time: booked_for.slice(11, 16) })],
    ["late", booked_for && booked_for !== arrival && words.late],
    ["language", language === "en" && words.in_english],
    ["need", need && (words.needs[need] ?? need)],
  ];
  return new Map(known.filter(([, text]) => text));
}

/** By which way and when the number was taken; who keeps his booked time has that instead. */
function cameBy({ channel, arrival, booked_for }) {
  if (booked_for === arrival) return words.checked_in[channel];
  return fill(words.came, { channel: words.channels[channel], time: arrival.slice(11, 16) });
}

/** `texts`: what kind of tag -> its text; empty ones are left out. */
function tags(texts) {
  const wanted = [...texts].filter(([, text]) => text);
  at("here-tags").replaceChildren(...wanted.map(([kind, text]) => {
    const tag = element("span", text);
    tag.className = "tag";
    tag.dataset.kind = kind;
    return tag;
  }));
}

function guide(item) {
  at("here-about").hidden = !item;
  if (!item) return;
  const fee = item.fee_yuan ? fill(words.fee, { yuan: item.fee_yuan }) : words.free_of_charge;
  put(at("here-kind"), [fill(words.kind[item.kind], { days: item.promised_days }), fee].join(" · "));
  const list = at("here-materials");
  if (list.dataset.of === item.code) return;
  list.dataset.of = item.code;
  list.replaceChildren(...item.materials.map((name) => element("li", name)));
}

function side(id, tickets, act, possible, onSide) {
  put(at(`${id}-count`), tickets.length ? String(tickets.length) : words.none);
  rows(at(id), "side-row", tickets, (part, ticket, row) => {
    since(part("minutes"), ticket.changed_at, "ago");
    const button = row.querySelector("button");
    put(button, words[act]);
    button.setAttribute("aria-label", `${words[act]} ${ticket.number}`);
    off(button, !possible || !ticket.actions.includes(act));
    button.onclick = () => onSide(act, ticket, button);
  });
}

/** One row per ticket, reused by its id, so that neither focus nor eye loses its place. */
function rows(list, template, tickets, write) {
  const kept = new Map([...list.children].map((row) => [row.dataset.id, row]));
  const blank = at(template).content.firstElementChild;
  const wanted = tickets.map((ticket) => kept.get(ticket.id) ?? blank.cloneNode(true));
  const focused = document.activeElement;
  if (wanted.length !== list.children.length || wanted.some((row, place) => row !== list.children[place])) {
    list.replaceChildren(...wanted);
    if (list.contains(focused)) focused.focus();
  }
  wanted.forEach((row, place) => {
    const ticket = tickets[place];
    const part = (field) => row.querySelector(`[data-field=${field}]`);
    row.dataset.id = ticket.id;
    put(part("number"), ticket.number);
    put(part("item"), subject(ticket));
    part("item").title = subject(ticket);
    write(part, ticket, row);
  });
  oneStop(list);
}

function off(button, impossible) {
  button.setAttribute("aria-disabled", String(impossible));
}

function subject(ticket) {
  return ticket.item?.name ?? ticket.item ?? ticket.line_name ?? ticket.line;
}

function courtesy({ priority }) {
  return fill(words.priority, { name: (english && priority.name_en) || priority.name });
}

/** Why this ticket comes now: the rule, its credit, and what the last officer left word of. */
function reason(ticket, because) {
  if (!because) return "";
  const parts = [fill(words.because[because.rule], { line: ticket.line_name, minutes: because.handicap_minutes })];
  if (ticket.priority) parts.push(courtesy(ticket) + fill(words.credit, { minutes: ticket.credit_minutes }));
  if (ticket.note) parts.push(fill(words.left_word, ticket));
  return parts.join(" · ");
}

function since(element, moment, key) {
  if (!moment) {
    delete element.dataset.since;
    return put(element, "");
  }
  element.dataset.since = moment;
  element.dataset.words = key;
}

function element(tag, textContent) {
  return Object.assign(document.createElement(tag), { textContent });
}

function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
