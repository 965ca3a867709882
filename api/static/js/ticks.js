// Materials to tick off: arrows walk, the space bar ticks, a digit says how many. All at once by one button or key.
import { fill } from "./api.js";
import { element, words } from "./case_words.js";

export class Ticks {
  #rows = [];

  /** `field`: a fieldset with a list and a button `[data-do=all]`; `changed()`: something was ticked or not. */
  constructor(field, changed = () => {}) {
    Object.assign(this, { field, changed, list: field.querySelector("ul"), button: field.querySelector("[data-do=all]") });
    this.button.addEventListener("click", () => this.toggle());
    this.list.addEventListener("change", () => this.#told());
    this.list.addEventListener("keydown", (event) => this.#onKey(event));
  }

  show(names) {
    this.#rows = names.map(row);
    this.list.replaceChildren(...this.#rows.map(({ line }) => line));
    if (this.#rows.length) this.#rows[0].tick.tabIndex = 0;
    this.field.hidden = !names.length;
    this.#told();
  }

  focus(options) {
    this.#rows[0]?.tick.focus(options);
  }

  /** Tick all, or none where all are. Gives whether all are ticked now. */
  toggle() {
    const all = !this.all;
    for (const { tick } of this.#rows) tick.checked = all;
    this.#told();
    return all;
  }

  get all() {
    return this.#rows.every(({ tick }) => tick.checked);
  }

  /** What was handed in: `[{name, count}]`. */
  get ticked() {
    return this.#rows.filter(({ tick }) => tick.checked)
      .map(({ name, count }) => ({ name, count: Math.min(999, Math.max(1, Number(count.value) || 1)) }));
  }

  get left() {
    return this.#rows.filter(({ tick }) => !tick.checked).map(({ name }) => name);
  }

  #told() {
    this.button.querySelector("span").textContent = this.all ? words.none : words.all;
    this.changed();
  }

  #onKey(event) {
    const { key, target } = event;
    const at = this.#rows.findIndex(({ tick }) => tick === target);
    if (at < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: this.#rows.length - 1 }[key];
    if (to !== undefined) {
      event.preventDefault();
      this.#go(to);
    } else if (/^[1-9]$/.test(key)) {
      const { tick, count } = this.#rows[at];
      tick.checked = true;
      this.#told();
      count.focus(); // what is typed replaces what stood there
      count.select();
    }
  }

  #go(to) {
    const next = this.#rows[to]?.tick;
    if (!next) return;
    for (const { tick } of this.#rows) tick.tabIndex = tick === next ? 0 : -1;
    next.focus();
  }
}

function row(name) {
  const line = element("li"), label = element("label");
  const tick = element("input", "", { type: "checkbox", tabIndex: -1 });
  const count = element("input", "", { type: "number", value: 1, min: 1, max: 999, inputMode: "numeric", tabIndex: -1 });
  count.setAttribute("aria-label", fill(words.copies_of, { name }));
  count.addEventListener("input", () => (tick.checked = true));
  count.addEventListener("keydown", (event) => {
    if (!["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault(); // back to walking the list
    tick.focus();
  });
  label.append(tick, element("span", name));
  line.append(label, count);
  return { line, tick, count, name };
}
