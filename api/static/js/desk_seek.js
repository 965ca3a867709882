// The search for an item, as a combobox: the field keeps the focus, arrows mark a row, Enter takes it.
import { call, fill, texts } from "./api.js";
import { attempt } from "./desk_say.js";

const TYPING = 120; // milliseconds without a letter before the server is asked
const MOST = 30;

const words = texts();
const field = document.getElementById("seek");
const list = document.getElementById("items");
const count = document.getElementById("items-count");

export class Seek {
  #options = []; // items in the order shown; a last one, null, is for who cannot say
  #marked = -1;
  #timer = 0;
  #asked = 0;
  #answer = Promise.resolve();
  #left = false; // something else was asked for: a list that comes late marks nothing by itself

  /**
   * `marked(item)` when a row is marked, null for who cannot say; `taken()` when it is confirmed. `unsure`: whether there
   * is a row for who cannot say. `note(item)`: what stands below a name, where it is not its line.
   */
  constructor(path, hall, { marked, taken, unsure = true, note = () => null }) {
    Object.assign(this, { path, hall, marked, taken, unsure, note });
    field.addEventListener("input", () => {
      this.#left = false;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#ask(), TYPING);
    });
    field.addEventListener("keydown", (event) => this.#onKey(event));
    list.addEventListener("click", (event) => {
      const row = event.target.closest("[role=option]");
      if (!row) return;
      this.#mark(Number(row.dataset.place));
      taken();
    });
  }

  /** Start over: an empty field with what is asked for most. */
  clear() {
    field.value = "";
    field.focus();
    this.#left = false;
    this.#ask();
  }

  /** Something else is asked for; whoever comes back to the field goes on with what he typed. */
  leave() {
    this.#left = true;
  }

  #ask() {
    const mine = ++this.#asked;
    const typed = field.value.trim();
    this.#timer = 0;
    this.#answer = attempt(async () => {
      const { items, total } = await call("GET", `${this.path}/items?limit=${MOST}&q=${encodeURIComponent(typed)}`);
      if (mine === this.#asked) this.#show(items, total, typed);
    });
  }

  async #onKey(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      const places = this.#options.length;
      if (places) this.#mark((this.#marked + step + places) % places);
    }
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (this.#timer) {
      clearTimeout(this.#timer);
      this.#ask();
    }
    await this.#answer; // he types faster than the network
    if (this.#marked < 0 && field.value.trim() && this.#options.length) this.#mark(0);
    if (this.#marked >= 0) this.taken();
  }

  #show(items, total, typed) {
    this.#options = this.unsure ? [...items, null] : items;
    list.replaceChildren(...this.#options.map((item, place) => this.#row(item, place)));
    count.textContent = !typed ? words.favourites : total ? fill(words.items_found, { count: total }) : words.no_item;
    this.#marked = -1;
    field.removeAttribute("aria-activedescendant");
    if (typed && this.#options.length && !this.#left) this.#mark(0);
  }

  #row(item, place) {
    const row = Object.assign(document.createElement("li"), { id: `item-${place}` });
    row.setAttribute("role", "option");
    row.setAttribute("aria-selected", "false");
    row.dataset.place = place;
    const name = document.createElement("span");
    const note = document.createElement("small");
    name.textContent = item?.name ?? words.unsure;
    note.textContent = this.note(item) ?? this.#note(item);
    row.append(name, note);
    return row;
  }

  #note(item) {
    if (!item) return words.unsure_note;
    if (item.agency) return `${words.outside} · ${item.agency.name}`;
    const line = this.hall.lines.find(({ prefix }) => prefix === item.line);
    return `${item.line} ${line.name} · ${line.zone}`;
  }

  #mark(place) {
    list.children[this.#marked]?.setAttribute("aria-selected", "false");
    const row = list.children[place];
    this.#marked = place;
    row.setAttribute("aria-selected", "true");
    row.scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", row.id);
    this.marked(this.#options[place]);
  }
}
