// The door 预约签到 (R40, R44): by QR code, by the appointment's code, by phone; and what to do when it cannot be.

import { CODE_LENGTH, grouped } from "../appointments.js";
import { fill, texts } from "../api.js";
import { put } from "../figures.js";
import { get, house, local } from "./house.js";
import { keys } from "./keys.js";
import { paged } from "./paging.js";
import { go, heading, screen } from "./stage.js";
import { asking, send } from "./take.js";

const PHONE_LENGTH = 12; // a landline with its area code
const BLANK = "＿";
/** The refusals that say by themselves what is the matter, and the ways on that each of them leaves. */
const WAYS = {
  too_early: ["take"], too_late: ["times", "take"], missed_already: ["times", "take"],
  cancelled_already: ["times", "take"], checked_in_already: [], unknown_appointment: ["code", "phone"],
  foreign_hall: ["take-any"], hall_closed: ["times"],
};
const typing = {}; // by screen: what takes the real keys

screen("check-in", () => {});

screen("code", (section, args) => {
  args.typed ??= "";
  const waits = asking(), say = texts().check_in;
  const done = () => !waits && args.typed.length === CODE_LENGTH && checkIn(args.typed);
  put(section, { submit: waits ? say.asking : say.submit });
  const write = (typed) => {
    args.typed = typed;
    put(section, { typed: grouped(typed.padEnd(CODE_LENGTH, BLANK)) });
    section.querySelector("[data-submit]").disabled = waits || typed.length < CODE_LENGTH;
  };
  typing.code = keys(section, { read: () => args.typed, write, most: CODE_LENGTH, done });
  section.querySelector("[data-submit]").onclick = done;
  write(args.typed);
});

screen("phone", (section, args) => {
  args.typed ??= "";
  const write = (typed) => {
    args.typed = typed;
    put(section, { typed: typed.replace(/^(\d{3})(\d{1,4})/, "$1 $2 ") || BLANK });
  };
  const done = async () => {
    put(section, { message: "" });
    try {
      const query = new URLSearchParams({ phone: args.typed });
      const { appointments } = await get(`/halls/${house.code}/appointments?${query}`);
      if (heading().args !== args) return; // whoever asked has gone
      if (appointments.length) return go("found", { appointments });
      put(section, { message: texts().check_in.nobody });
    } catch (error) {
      put(section, { message: error.message });
    }
  };
  put(section, { message: "" });
  typing.phone = keys(section, { read: () => args.typed, write, most: PHONE_LENGTH, done });
  section.querySelector("[data-submit]").onclick = done;
  write(args.typed);
});

screen("found", (section, args) => {
  const tiles = args.appointments.map(({ code, starts_at, item, visitor, proxy, need_text }) => ({
    text: `${starts_at.slice(11, 16)} ${item.name}`,
    note: [visitor, proxy && fill(texts().check_in.proxy, { proxy }), need_text].filter(Boolean).join(" · "),
    choose: () => checkIn(code),
  }));
  paged(section, [{ tiles }], args);
});

/** A real key was pressed on a screen; gives whether it was taken. */
export const typed = (name, event) => typing[name]?.(event) ?? false;

/** Check in with this code; gives whether it was asked for. */
export function checkIn(code) {
  if (asking()) return false;
  send({ path: `/appointments/${code}/check-in`, body: {}, refused: (error) => go("refused", { code, error }) });
  return true;
}

screen("refused", (section, args) => {
  const { error, appointment } = args, say = texts().check_in;
  const ways = WAYS[error.code] ?? ["code", "phone"], early = error.code === "too_early" && appointment;
  put(section, {
    title: say.title[error.code] ?? say.title.other,
    booked: appointment && [appointment.when, appointment.item.name].join(" · "),
    why: early ? fill(say.from, { time: opens(appointment) }) : say.next[error.code] ?? error.message,
    next: early ? say.next.too_early : say.next[error.code] ? "" : say.next.other,
  });
  const here = { take: Boolean(args.item), times: Boolean(args.item?.bookable) };
  for (const button of section.querySelectorAll("[data-way]")) {
    const { way } = button.dataset;
    button.hidden = !ways.includes(way) || !(here[way] ?? true);
    button.onclick = () => FURTHER[way](args);
  }
}, async (args) => {
  // What it was is worth a question, and no more.
  if (args.appointment === undefined) args.appointment = await get(`/appointments/${args.code}`).catch(() => null);
  const { appointment } = args;
  if (!appointment || args.item) return;
  const found = await get(`/halls/${house.code}/items?${new URLSearchParams({ q: appointment.item.code })}`).catch(() => null);
  args.item = found?.items.find(({ code }) => code === appointment.item.code) ?? null;
});

const FURTHER = {
  take: ({ item }) => go("confirm", { item }),
  times: ({ item }) => go("times", { item }),
  code: () => go("code"),
  phone: () => go("phone"),
  "take-any": () => go("departments"),
};

/** From when on it may be checked in, with its day. */
function opens({ starts_at, check_in_minutes }) {
  const from = new Date(Date.parse(starts_at) - check_in_minutes * 60_000);
  return local(from, { month: "long", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

