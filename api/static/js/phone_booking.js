// Booking for whoever calls: item, day and time, person, Enter. A place is held while he says who he is, and given back
// when the form is left. Moving uses the same days and times.
import { call, csrfWord, fill, texts } from "./api.js";
import { press, send } from "./console_press.js";
import { attempt, say, sending } from "./desk_say.js";
import { Seek } from "./desk_seek.js";
import { Times } from "./phone_times.js";
import { dayOf, hourOf, put, weekdayOf } from "./phone_words.js";

const STEPS = ["item", "times", "person"];
const OVER = ["hold_over", "slot_full", "channel_full", "slot_closed", "slot_past"]; // then another time must be chosen

const words = texts();
const at = (id) => document.getElementById(id);
const form = at("person");

/**
 * The form for the hall at `path`. `done(appointment, before)`: one was made, or moved (`before`: its code);
 * `left()`: the form was closed.
 */
export function openBooking(path, hall, { done, left }) {
  let step = null; // null: nobody books
  let item = null;
  let moving = null; // the appointment that gets another time
  let hold = null;
  let givenBack = null; // settles when the place given back last is free again
  let day = null; // of the waiting list
  let asked = 0;

  const seek = new Seek(path, hall, {
    marked: (one) => { item = one; },
    taken: () => attempt(times),
    unsure: false,
    note: (one) => one.agency || one.bookable ? null : words.not_bookable,
  });
  const strip = new Times(at("days"), at("slots"), {
    taken: (slot, row) => press(row, () => attempt(() => moving ? move(slot) : keep(slot)), sending),
    waits(wanted) {
      day = wanted;
      ask(words.wait_for, { day: dayOf(day), weekday: weekdayOf(day) });
    },
  });
  for (const channel of document.querySelectorAll("[name=channel]")) {
    channel.addEventListener("change", () => step === "times" && attempt(times));
  }
  at("proxied").addEventListener("change", swap);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    press(at("confirm"), () => attempt(() => day ? join() : confirm()), sending);
  });
  window.addEventListener("pagehide", release);
  at("back").addEventListener("click", back);

  function start(known) {
    asked += 1;
    release();
    moving = item = null;
    form.reset();
    form.elements.name.value = known.name ?? known.proxy?.name ?? "";
    form.elements.phone.value = known.phone ?? "";
    if (known.proxy) {
      at("proxied").checked = true;
      form.elements.proxy_name.value = known.proxy.name;
      form.elements.proxy_phone.value = known.proxy.phone;
    }
    at("proxy").hidden = !at("proxied").checked;
    put("booking-title", words.booking);
    show("item");
    say("", "");
    seek.clear();
  }

  function startMoving(appointment) {
    release();
    moving = appointment;
    item = appointment.item;
    document.querySelector(`[name=channel][value=${appointment.channel === "onsite" ? "onsite" : "phone"}]`).checked = true;
    put("booking-title", fill(words.moving, appointment));
    say("", "");
    attempt(times);
  }

  /** The free times of the item; what cannot be booked is said. */
  async function times() {
    if (item.agency) return say("error", fill(words.elsewhere, item.agency));
    if (!moving && !item.bookable) return say("error", words.not_bookable);
    const mine = ++asked;
    const query = new URLSearchParams({ item: item.code, channel: channel(), hold: hold?.id ?? "" });
    await givenBack; // it is one of the free ones
    const answer = await call("GET", `${path}/slots?${query}`);
    if (mine !== asked) return null;
    show("times");
    put("booking-item", item.name);
    strip.load(answer, { waiting: !moving, day: moving?.day });
    strip.focus();
    say("", "");
    return null;
  }

  async function keep(slot) {
    const mine = ++asked;
    const taken = await again(() => send(`${path}/holds`, { slot: slot.id, channel: channel(), hold: hold?.id ?? "" }));
    if (!taken) return null;
    hold = taken;
    day = null;
    if (mine !== asked) return release();
    const when = { day: dayOf(slot.day), weekday: weekdayOf(slot.day), time: hourOf(slot.starts_at), until: hourOf(taken.expires_at) };
    return ask(words.held, when);
  }

  /** The last question: who it is. What is known already is not asked again. */
  function ask(text, when) {
    show("person");
    put("booking-item", `${item.name}\n${fill(text, when)}`);
    put("confirm-label", day ? words.join : words.confirm);
    const fields = at("proxied").checked ? ["name", "proxy_name", "proxy_phone"] : ["name", "phone"];
    (fields.map((name) => form.elements[name]).find(({ value }) => !value.trim()) ?? at("confirm")).focus();
    say("", "");
  }

  /** Who books for somebody else leaves his own phone. */
  function swap() {
    const { phone, proxy_phone: own, proxy_name: name } = form.elements;
    const proxied = at("proxied").checked;
    at("proxy").hidden = !proxied;
    const [from, to] = proxied ? [phone, own] : [own, phone];
    if (!to.value) [to.value, from.value] = [from.value, ""];
    if (proxied) name.focus();
  }

  function person() {
    const value = (name) => form.elements[name].value.trim();
    const said = { name: value("name"), phone: value("phone"), language: value("language") };
    if (value("need")) said.needs = value("need");
    if (at("proxied").checked) said.proxy = { name: value("proxy_name"), phone: value("proxy_phone") };
    return said;
  }

  async function confirm() {
    if (!hold) return null; // it is being given back
    const made = await again(() => send(`/holds/${hold.id}/confirm`, person()));
    if (!made) return null;
    hold = null;
    leave();
    done(made);
    return words.booked;
  }

  async function join() {
    const { ahead } = await send(`${path}/waiting`, { item: item.code, day, channel: channel(), ...person() });
    leave();
    left();
    at("who").focus();
    return fill(words.joined, { ahead });
  }

  async function move(slot) {
    const before = moving.code;
    const moved = await again(() => send(`/appointments/${before}/move`, { slot: slot.id }));
    if (!moved) return null;
    leave();
    done(moved, before);
    return words.moved;
  }

  /** Somebody was faster, or the time ran out: the times as they are now, and why. */
  async function again(work) {
    try {
      return await work();
    } catch (error) {
      if (!OVER.includes(error.code)) throw error;
      if (error.code === "hold_over") hold = null;
      await times();
      say("error", error.message);
      return null;
    }
  }

  /** Give the place back; only the times wait for that, and no longer than for any answer. */
  function release() {
    const given = hold;
    hold = day = null;
    if (given) {
      const options = { method: "DELETE", keepalive: true, headers: { "X-CSRFToken": csrfWord() }, signal: AbortSignal.timeout(10000) };
      givenBack = fetch(`/api/v1/holds/${given.id}`, options).catch(() => {});
    }
    return null;
  }

  function leave() {
    asked += 1;
    release();
    if (step) show(null);
    moving = null;
  }

  /** One step back; from the first one, out. */
  function back() {
    if (!step) return;
    say("", "");
    if (step === "person") {
      release();
      attempt(times);
    } else if (step === "times" && !moving) {
      show("item");
      at("seek").focus();
    } else {
      leave();
      left();
      at("who").focus();
    }
  }

  function show(which) {
    step = which;
    at("booking").hidden = step === null;
    for (const each of STEPS) at(`step-${each}`).hidden = each !== step;
    at("channels").hidden = step === "person" || moving !== null;
    put("booking-item", "");
    if (step) left();
  }

  function channel() {
    return document.querySelector("[name=channel]:checked").value;
  }

  return { start, move: startMoving, leave, back, open: () => step !== null, item: () => step ? item : null };
}
