// A list to choose one thing from, narrowed by typing. Arrow keys walk it, Enter in the field takes what is marked.

const plain = (text) => text.normalize("NFKC").toLowerCase();

export class Picker {
  #rows = [];
  #first = null;

  /**
   * `filter`: the search field; `list`: where the groups go, with `nothing` said when no option matches;
   * `onChange`: called with the chosen option, or null, whenever it may have changed.
   */
  constructor(filter, list, nothing, onChange = () => {}) {
    Object.assign(this, { filter, list, nothing, onChange });
    filter.addEventListener("input", () => this.#narrow());
    filter.addEventListener("keydown", (event) => {
      if (event.key !== "ArrowDown") return;
      event.preventDefault();
      (this.#chosen ?? this.#rows.find(({ input, label }) => !label.hidden && !input.disabled))?.input.focus();
    });
    list.addEventListener("change", () => onChange(this.option));
  }

  /**
   * Show groups `{name, options: [{value, mark, name, note, state, off, quiet}]}`, with `value` chosen.
   * `off`: cannot be chosen; `quiet`: shown only when somebody types for it.
   */
  show(groups, value = null) {
    this.#first = value;
    this.#rows = [];
    this.list.replaceChildren(...groups.map((group) => this.#group(group)), this.#note());
    this.#narrow();
  }

  /** What is chosen now, or null. */
  get option() {
    return this.#chosen?.option ?? null;
  }

  get #chosen() {
    return this.#rows.find(({ input }) => input.checked);
  }

  #group({ name, options }) {
    const set = document.createElement("fieldset");
    const legend = document.createElement("legend");
    legend.textContent = name;
    set.append(legend, ...options.map((option) => this.#row(option)));
    return set;
  }

  #row(option) {
    const label = document.createElement("label");
    const input = Object.assign(document.createElement("input"), {
      type: "radio", name: `${this.list.id}-choice`, value: option.value, disabled: Boolean(option.off),
    });
    label.append(input);
    for (const [tag, text] of [["b", option.mark], ["span", option.name], ["small", option.note]]) {
      label.append(Object.assign(document.createElement(tag), { textContent: text, title: text }));
    }
    label.dataset.state = option.state ?? "";
    this.#rows.push({ label, input, option, words: plain(`${option.mark} ${option.name} ${option.note}`) });
    return label;
  }

  #note() {
    return Object.assign(document.createElement("p"), { textContent: this.nothing, className: "nothing" });
  }

  #narrow() {
    const typed = plain(this.filter.value).trim();
    const words = typed.split(/\s+/).filter(Boolean);
    for (const { label, option, words: text } of this.#rows) {
      label.hidden = words.length ? !words.every((word) => text.includes(word)) : Boolean(option.quiet);
    }
    for (const set of this.list.querySelectorAll("fieldset")) set.hidden = !set.querySelector("label:not([hidden])");
    this.list.lastElementChild.hidden = this.#rows.some(({ label }) => !label.hidden);
    const free = this.#rows.filter(({ label, input }) => !label.hidden && !input.disabled);
    const best = typed
      ? free.find(({ option }) => plain(option.mark) === typed) ?? free[0]
      : free.find(({ option }) => option.value === this.#first);
    for (const { input } of this.#rows) input.checked = false;
    if (best) {
      best.input.checked = true;
      best.label.scrollIntoView({ block: typed ? "nearest" : "center" });
    }
    this.onChange(this.option);
  }
}
