// A day and a time: days as a strip, the marked day's times as a list. Left and right change the day, up and down the
// time, Enter takes it; the list keeps the focus.
import { fill, texts } from "./api.js";
import { dayOf, hourOf, weekdayOf } from "./phone_words.js";

const words = texts();
const english = document.documentElement.lang === "en";
const WAIT = "wait";

export class Times {
  #days = [];
  #day = 0;
  #rows = []; // what can be taken on the marked day: slots, or WAIT when it is full
  #marked = 0;

  /** `strip`, `list`: where days and times go; `taken(slot, row)`: a time was taken; `waits(day)`: a place on its waiting list. */
  constructor(strip, list, { taken, waits }) {
    Object.assign(this, { strip, list, taken, waits });
    strip.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) this.#show(Number(button.dataset.place));
    });
    list.addEventListener("click", (event) => {
      const row = event.target.closest("[data-place]");
      if (!row) return;
      this.#mark(Number(row.dataset.place));
      this.#take();
    });
    list.addEventListener("keydown", (event) => this.#onKey(event));
  }

  /** Show what the server answered. `waiting`: whether somebody may wait for a full day; `day`: the one to begin with. */
  load({ days, slots }, { waiting, day = null }) {
    this.waiting = waiting;
    this.#days = days.map((one) => {
      const times = slots.filter((slot) => slot.day === one.day && slot.why !== "closed");
      return { ...one, times, free: times.reduce((sum, { free }) => sum + free, 0) };
    });
    const wanted = this.#days.findIndex((one) => one.day === day && one.times.length);
    const free = this.#days.findIndex((one) => one.free);
    const any = this.#days.findIndex((one) => one.times.length);
    this.#show([wanted, free, any].find((place) => place >= 0) ?? 0);
  }

  focus() {
    this.list.focus();
  }

  #onKey(event) {
    const along = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const step = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
    if (!along && !step && event.key !== "Enter") return;
    event.preventDefault();
    if (event.key === "Enter") return this.#take();
    if (along) {
      let place = this.#day + along;
      while (this.#days[place] && !this.#days[place].times.length) place += along;
      if (this.#days[place]) this.#show(place);
    } else this.#mark(Math.max(0, Math.min(this.#rows.length - 1, this.#marked + step)));
  }

  #take() {
    const row = this.#rows[this.#marked];
    if (row === WAIT) this.waits(this.#days[this.#day].day);
    else if (row) this.taken(row, this.list.querySelector("[aria-selected=true]"));
  }

  #show(place) {
    const held = this.strip.contains(document.activeElement);
    this.#day = place;
    this.strip.replaceChildren(...this.#days.map((day, at) => this.#button(day, at)));
    if (held) this.strip.children[place].focus();
    const day = this.#days[place];
    const times = day?.times ?? [];
    this.#rows = times.filter(({ free }) => free);
    if (!this.#rows.length && times.length && this.waiting) this.#rows = [WAIT];
    const lines = times.map((slot) => this.#line(slot));
    if (this.#rows[0] === WAIT) lines.unshift(line(words.wait, words.wait_note, 0));
    if (!lines.length) lines.push(line(words.no_times, ""));
    this.list.replaceChildren(...lines);
    this.list.setAttribute("aria-label", day ? `${dayOf(day.day)} ${weekdayOf(day.day)}` : words.no_times);
    const mine = this.#rows.findIndex((row) => row.mine);
    this.#mark(Math.max(0, mine));
  }

  #button(day, place) {
    const button = Object.assign(document.createElement("button"), { type: "button" });
    button.dataset.place = place;
    button.setAttribute("aria-pressed", place === this.#day);
    button.disabled = !day.times.length;
    button.dataset.state = day.free ? "free" : day.times.length ? "full" : "closed";
    for (const [tag, text] of [["b", weekdayOf(day.day)], ["span", dayOf(day.day)], ["small", this.#places(day)]]) {
      button.append(Object.assign(document.createElement(tag), { textContent: text }));
    }
    return button;
  }

  #places(day) {
    if (day.free) return fill(words.free, { count: day.free });
    if (day.times.length) return words.full;
    if (day.open) return words.past;
    return (english && day.reason_en) || day.reason || words.no_service;
  }

  #line(slot) {
    const time = `${hourOf(slot.starts_at)}–${hourOf(slot.ends_at)}`;
    const note = slot.free ? fill(words.free, { count: slot.free }) : words.whys[slot.why] ?? words.full;
    return line(time, note, slot.free ? this.#rows.indexOf(slot) : null);
  }

  #mark(place) {
    this.#marked = place;
    for (const row of this.list.children) {
      const marked = row.dataset.place === String(place);
      row.setAttribute("aria-selected", marked);
      if (!marked) continue;
      this.list.setAttribute("aria-activedescendant", row.id);
      row.scrollIntoView({ block: "nearest" });
    }
  }
}

/** A row; without a `place` it cannot be taken. */
function line(time, note, place = null) {
  const row = document.createElement("li");
  row.setAttribute("role", "option");
  if (place === null) row.setAttribute("aria-disabled", "true");
  else Object.assign(row, { id: `time-${place}` }).dataset.place = place;
  row.append(
    Object.assign(document.createElement("span"), { textContent: time }),
    Object.assign(document.createElement("small"), { textContent: note }),
  );
  return row;
}
