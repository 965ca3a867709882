// Another time (R40): a day and a slot of those that are left, name and phone, and the code on a slip.

import { daysOf, grouped, named } from "../appointments.js";
import { call, fill, newKey, texts, Unreachable } from "../api.js";
import { put } from "../figures.js";
import { get, house, local, lost } from "./house.js";
import { keys } from "./keys.js";
import { paged } from "./paging.js";
import { english } from "./reader.js";
import { again, back, current, go, heading, reset, screen } from "./stage.js";
import { bring, slipAt } from "./take.js";

const PHONE_LENGTH = 12;
const SHORT_SECONDS = 20;
const LONG_SECONDS = 45;

let held = ""; // the place that is kept for who stands here

const post = (path, body, key) => call("POST", path, body, { token: house.token, key });

/** Whoever stood here has gone: what was kept for him is free for others. */
export function release() {
  if (held) giveBack(held);
  held = "";
}

function giveBack(hold) {
  call("DELETE", `/holds/${hold}`, undefined, { token: house.token }).catch(() => {}); // it runs out by itself
}

screen("times", (section, args) => {
  const say = texts().book, { item } = args;
  const chosen = args.days.find(({ day }) => day === args.day) ?? args.days.find(({ free }) => free);
  put(section, { item: item.name, said: args.said ?? (chosen ? "" : say.none) });
  const strip = args.days.map((day) => dayButton(day, day === chosen, () => {
    Object.assign(args, { day: day.day, page: 0, said: "" });
    again();
  }));
  section.querySelector("[data-days]").replaceChildren(...strip);
  const tiles = (chosen?.slots ?? []).map((slot) => ({
    text: slot.starts_at.slice(11, 16),
    note: slot.free ? fill(say.free, { count: slot.free }) : say.full,
    off: !slot.free,
    choose: () => take(slot, args),
  }));
  paged(section, [{ tiles }], args);
}, async (args) => {
  if (args.days) return;
  const query = new URLSearchParams({ item: args.item.code, channel: "onsite", hold: held });
  args.days = daysOf(await get(`/halls/${house.code}/slots?${query}`));
});

function dayButton({ day, open, why, reason, reason_en, free }, chosen, choose) {
  const say = texts().book, button = document.createElement("button");
  const words = why === "holiday" && ((english() && reason_en) || reason);
  const parts = [
    ["b", named(day, { weekday: "short" })], ["span", named(day, { month: "numeric", day: "numeric" })],
    ["small", !open ? words || say.shut : free ? fill(say.free, { count: free }) : say.full],
  ];
  button.append(...parts.map(([tag, textContent]) => Object.assign(document.createElement(tag), { textContent })));
  button.setAttribute("aria-pressed", chosen);
  button.disabled = !free;
  button.onclick = choose;
  return button;
}

async function take(slot, args) {
  try {
    const hold = await post(`/halls/${house.code}/holds`, { slot: slot.id, channel: "onsite", hold: held });
    if (heading().args !== args) return giveBack(hold.id); // whoever asked has gone
    held = hold.id;
    Object.assign(args, { days: null, said: "" }); // for whoever comes back
    go("person", { item: args.item, slot, until: hold.expires_at, name: "", phone: "" });
  } catch (error) {
    if (lost(error)) Object.assign(args, { said: texts().book.unsent });
    else Object.assign(args, { said: error.message, days: null });
    again();
  }
}

screen("person", (section, args) => {
  const say = texts().book, { slot } = args;
  const [name, phone] = section.querySelectorAll("input");
  name.value = args.name;
  phone.value = args.phone;
  name.oninput = () => (args.name = name.value);
  phone.oninput = () => (args.phone = phone.value);
  const write = (digits) => (args.phone = phone.value = digits);
  keys(section, { read: () => args.phone, write, most: PHONE_LENGTH });
  const form = section.querySelector("form");
  put(section, {
    when: [args.item.name, `${named(slot.day, { month: "long", day: "numeric", weekday: "short" })} ${slot.starts_at.slice(11, 16)}`].join(" · "),
    kept: fill(say.kept, { time: local(new Date(args.until), { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }) }),
    message: args.message ?? "",
  });
  form.querySelector("[data-submit]").disabled = Boolean(args.sending);
  form.onsubmit = (event) => {
    event.preventDefault();
    if (!args.sending) confirm(section, args);
  };
});

async function confirm(section, args) {
  const body = { name: args.name, phone: args.phone, language: english() ? "en" : "zh_CN" };
  // The same words with the same key: however often they are sent, there is one appointment.
  if (args.sent !== JSON.stringify(body)) Object.assign(args, { sent: JSON.stringify(body), key: newKey() });
  Object.assign(args, { sending: true, message: texts().book.sending });
  again();
  try {
    const appointment = await post(`/holds/${held}/confirm`, body, args.key);
    if (current().args !== args) return; // whoever stands here now may have a place of his own
    held = "";
    const shown = { appointment };
    await reset("booked", shown);
    shown.slip = await slipAt(`${appointment.url.replace("?", "/slip?")}${appointment.printing ? "" : "&print=1"}`);
    if (current().args === shown) again();
  } catch (error) {
    if (current().args !== args) return;
    const message = error instanceof Unreachable ? texts().book.unsent : error.message;
    Object.assign(args, { sending: false, message });
    if (error.code === "hold_over") {
      held = "";
      await back();
      Object.assign(current().args, { days: null, said: message });
    }
    again();
  }
}

screen("booked", (section, { appointment, slip }) => {
  const say = texts().book, { zone, line_name, item } = appointment;
  put(section, {
    code: grouped(appointment.code),
    when: appointment.when,
    item: item.name,
    where: `${zone} ${line_name}`,
    come: fill(say.come, { minutes: appointment.check_in_minutes }),
    slip: slip === null ? say.unprinted : say.printing,
  });
  section.dataset.quiet = slip === null ? LONG_SECONDS : SHORT_SECONDS;
  bring(section, item.materials);
  const box = section.querySelector("[data-qr]");
  box.replaceChildren(...(slip ? [document.importNode(slip, true)] : []));
  box.closest("[data-part]").hidden = !slip;
});
