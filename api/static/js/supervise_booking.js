// Bookings of a day: places by line, closing a day with everybody who has booked told, and messages that did not go out.
import { call, fill } from "./api.js";
import { report } from "./officer.js";
import { element, replace } from "./supervise_side.js";

const at = (id) => document.getElementById(id);
const clock = (stamp) => stamp.slice(11, 16);

export class Booking {
  #tools;
  #line = null; // the prefix of the line whose slots are shown
  #seen = null;
  #asked = 0;

  constructor(tools) {
    this.#tools = tools;
    at("bookings-day").addEventListener("change", () => this.show());
    at("closing").addEventListener("submit", (event) => this.#ask(event, null));
    at("closing").addEventListener("change", () => this.#settle(null));
    for (const how of ["move", "cancel"]) at(`closing-${how}`).addEventListener("click", (event) => this.#ask(event, how));
    at("reopen").addEventListener("click", () => this.#reopen());
  }

  async show() {
    const { path, words } = this.#tools;
    const asked = ++this.#asked;
    try {
      const day = at("bookings-day").value;
      const seen = await call("GET", `${path}/bookings?${new URLSearchParams(day && { day })}`);
      if (asked !== this.#asked) return; // another day was chosen meanwhile
      this.#seen = seen;
      this.#days();
      this.#lines();
      this.#slots();
      this.#standing();
      const { messages } = await call("GET", `${path}/messages?state=failed`);
      replace(at("unsent"), messages.length ? messages.map((message) => this.#message(message)) : [element("li", words.all_sent, "none")]);
    } catch (error) {
      this.#said("bookings-said", error);
    }
  }

  #days() {
    const { day, today, last_day: last, lines } = this.#seen;
    for (const input of [at("bookings-day"), at("closing-day")]) Object.assign(input, { min: today });
    at("bookings-day").value = day.day;
    at("bookings-day").max = last;
    at("closing-day").value ||= day.day;
    at("bookings-closed").textContent = day.open ? "" : fill(this.#tools.words.day_closed, { reason: this.#why(day) });
    const goals = [["", this.#tools.words.all_lines], ...lines.map(({ prefix, name }) => [prefix, `${prefix} ${name}`])];
    if (at("closing-line").options.length !== goals.length) {
      at("closing-line").replaceChildren(...goals.map(([value, name]) => new Option(name, value)));
    }
  }

  #why({ reason, reason_en: english }) {
    return (document.documentElement.lang === "en" && english) || reason || this.#tools.words.no_hours;
  }

  #lines() {
    const rows = this.#seen.lines.filter(({ slots }) => slots.length).map(({ prefix, name, slots }) => {
      const row = element("tr");
      const open = slots.filter(({ closed }) => !closed);
      const sum = (list, field) => list.reduce((all, slot) => all + slot[field], 0);
      const button = Object.assign(element("button", `${prefix} ${name}`), { type: "button", onclick: () => this.#choose(prefix) });
      button.setAttribute("aria-pressed", String(prefix === this.#line));
      const first = element("th");
      first.scope = "row";
      first.append(button);
      const free = sum(open, "capacity") - sum(open, "booked") - sum(open, "held");
      row.append(first, ...[sum(open, "capacity"), sum(slots, "booked"), sum(slots, "held"), free, slots.length - open.length]
        .map((figure) => element("td", String(figure))));
      return row;
    });
    replaceRows(at("bookings"), rows, 6, this.#tools.words.no_slots);
  }

  #choose(prefix) {
    this.#line = prefix;
    for (const button of at("bookings").querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.textContent.startsWith(`${prefix} `)));
    }
    this.#slots();
  }

  #slots() {
    const line = this.#seen.lines.find(({ prefix }) => prefix === this.#line);
    at("slots-title").textContent = line ? `${line.prefix} ${line.name}` : this.#tools.words.choose_line;
    at("slots").replaceChildren(...(line?.slots ?? []).map((slot) => this.#slot(slot)));
  }

  #slot(slot) {
    const { words } = this.#tools;
    const row = element("tr");
    const places = Object.assign(element("input"), { type: "number", min: 0, max: 10000, value: slot.capacity });
    places.setAttribute("aria-label", fill(words.places_of, { time: clock(slot.starts_at) }));
    places.addEventListener("change", () => this.#resize(slot, places));
    const state = slot.closed ? words.slot_closed : slot.fixed ? words.slot_fixed : "";
    const cells = [`${clock(slot.starts_at)}–${clock(slot.ends_at)}`, places, slot.booked, slot.held, state];
    row.append(...cells.map((what) => {
      const cell = element("td");
      cell.append(what instanceof Node ? what : String(what));
      return cell;
    }));
    return row;
  }

  async #resize(slot, input) {
    try {
      await call("PATCH", `/slots/${slot.slot}`, { places: Number(input.value) });
      report("slots-said", this.#tools.words.saved);
      await this.show();
    } catch (error) {
      input.value = slot.capacity;
      this.#said("slots-said", error);
    }
  }

  /** What is booked in slots that are closed: somebody must settle it. */
  #standing() {
    const { words } = this.#tools;
    const rows = this.#seen.in_the_way.map((one) => element("li", appointment(one)));
    at("in-the-way").hidden = !rows.length;
    replace(at("in-the-way").querySelector("ul"), rows);
    at("in-the-way-count").textContent = fill(words.people, { count: rows.length });
  }

  /** First who it concerns (`how` is null), then what becomes of them. */
  async #ask(event, how) {
    event.preventDefault();
    const { path, words } = this.#tools;
    const wish = { day: at("closing-day").value, reason: at("closing-reason").value.trim(), reason_en: at("closing-reason-en").value.trim() };
    if (at("closing-line").value) wish.line = at("closing-line").value;
    if (how) wish.appointments = how;
    try {
      const done = await call("POST", `${path}/closures`, wish);
      if (!how) return this.#settle(done.affected);
      this.#settle(null);
      report("closing-said", fill(words.closed_done, { moved: done.moved.length, cancelled: done.cancelled.length }));
      await this.show();
    } catch (error) {
      this.#said("closing-said", error);
    }
  }

  #settle(affected) {
    at("affected").hidden = !affected;
    report("closing-said", "");
    if (!affected) return;
    at("affected-count").textContent = affected.length
      ? fill(this.#tools.words.affected, { count: affected.length }) : this.#tools.words.nobody_affected;
    replace(at("affected-list"), affected.map((one) => element("li", appointment(one))));
    at("closing-cancel").hidden = !affected.length;
    at("closing-move").textContent = affected.length ? this.#tools.words.close_move : this.#tools.words.close_day;
    at("closing-move").focus();
  }

  async #reopen() {
    const { path, words } = this.#tools;
    const which = { day: at("closing-day").value };
    if (at("closing-line").value) which.line = at("closing-line").value;
    try {
      await call("DELETE", `${path}/closures?${new URLSearchParams(which)}`);
      report("closing-said", words.reopened);
      await this.show();
    } catch (error) {
      this.#said("closing-said", error);
    }
  }

  #message({ id, to, at: when, text }) {
    const { words } = this.#tools;
    const row = element("li");
    const again = Object.assign(element("button", words.send_again), { type: "button" });
    again.addEventListener("click", () => call("POST", `/messages/${id}/retry`).then(() => this.show(), (error) => this.#said("unsent-said", error)));
    row.append(element("span", `${when.slice(5, 16).replace("T", " ")} · ${to} · ${text}`), again);
    return row;
  }

  #said(id, error) {
    report(id, this.#tools.inWords(error), true);
  }
}

function appointment({ code, when, line, item, visitor }) {
  return `${when} · ${line} ${item.name} · ${visitor} · ${code}`;
}

function replaceRows(place, rows, columns, nothing) {
  if (!rows.length) {
    const row = element("tr");
    row.append(Object.assign(element("td", nothing), { colSpan: columns }));
    rows = [row];
  }
  place.replaceChildren(...rows);
}
