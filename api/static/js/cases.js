// Open cases, due first: counted by light, narrowed by one, searched. Fills what templates/case_list.html has made.
import { call, fill } from "./api.js";
import { element, inWords, light, slots, words } from "./case_words.js";

const URGENT = ["red", "yellow"];

export class Cases {
  #light = "";
  #q = "";
  #asked = 0;
  #drawn = 0; // what was asked when the list that is shown was read

  /**
   * `root`: where the list stands; `path`: the hall's; `mine`: only the officer's own; `open(number, changed)`: shows one;
   * `counted(counts)`: how many there are of each light.
   */
  constructor(root, { path, mine, open, counted = () => {} }) {
    Object.assign(this, { path, mine, open, counted, slot: slots(root) });
    this.field = this.slot("seek").querySelector("input");
    this.slot("seek").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#q = this.field.value.trim();
      this.show();
    });
    this.field.addEventListener("input", () => {
      if (this.field.value.trim() || !this.#q) return;
      this.#q = "";
      this.show();
    });
    for (const button of this.#lights) {
      button.addEventListener("click", () => {
        this.#light = button.dataset.light;
        this.#q = this.field.value = "";
        this.show();
      });
    }
    this.slot("more").addEventListener("click", () => this.show(this.#drawn === this.#asked ? this.cursor : undefined));
    root.addEventListener("keydown", (event) => this.#walk(event));
  }

  get #lights() {
    return [...this.slot("lights").querySelectorAll("button")];
  }

  /** Read the list anew, or the next page of it. Says what went wrong in its own place. */
  async show(cursor) {
    const asked = ++this.#asked;
    const wish = { light: this.#q ? "" : this.#light, q: this.#q, cursor, mine: this.mine };
    const said = new URLSearchParams(Object.entries(wish).filter(([, value]) => value));
    try {
      const seen = await call("GET", `${this.path}/cases?${said}`);
      if (asked === this.#asked) this.#draw(seen, cursor);
    } catch (error) {
      if (asked === this.#asked) this.slot("message").textContent = inWords(error);
    }
  }

  /** Only how many there are. */
  async count() {
    try {
      this.#counts((await call("GET", `${this.path}/cases?light=red${this.mine ? "&mine=true" : ""}`)).counts);
    } catch {
      // The next count will say.
    }
  }

  #counts(counts) {
    for (const button of this.#lights) {
      const colour = button.dataset.light;
      const all = Object.values(counts).reduce((sum, one) => sum + one, 0);
      button.querySelector("b").textContent = colour ? counts[colour] : all;
      button.setAttribute("aria-pressed", String(!this.#q && colour === this.#light));
    }
    this.counted(counts);
  }

  #draw({ cases, counts, cursor }, after) {
    this.#drawn = this.#asked;
    this.#counts(counts);
    this.cursor = cursor;
    const focused = document.activeElement?.closest("[data-number]")?.dataset.number;
    const rows = cases.map((one) => this.#row(one));
    const list = this.slot("cases");
    if (after) list.append(...rows);
    else list.replaceChildren(...rows);
    const none = this.#q || this.#light ? words.nothing : words.no_cases;
    this.slot("message").textContent = cases.length ? this.#q && fill(words.found, { count: cases.length }) : none;
    this.slot("more").hidden = !cursor;
    if (focused) list.querySelector(`[data-number="${focused}"] button`)?.focus();
  }

  #row(one) {
    const line = element("li"), button = element("button", "", { type: "button" });
    line.dataset.number = one.number;
    const due = one.due_on && !one.outcome ? one.due_text : one.state_text;
    button.append(
      light(one), element("b", one.item.name), element("small", `${one.number} · ${one.applicant}`),
      element("small", due, { className: "due" }),
    );
    button.addEventListener("click", () => this.open(one.number, () => this.show()));
    line.append(button);
    return line;
  }

  /** Arrows go through the rows, up again into the search. */
  #walk(event) {
    const rows = [...this.slot("cases").querySelectorAll("button")];
    const at = rows.indexOf(event.target);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
    if (to === undefined || (at < 0 && event.target !== this.field)) return;
    event.preventDefault();
    (to < 0 ? this.field : rows[to])?.focus();
  }
}

/** The lights that somebody has to do something about, for a button: `■ 2 ▲ 1`. */
export function urgent(counts) {
  return URGENT.filter((colour) => counts[colour]).map((colour) => {
    const shown = element("span", String(counts[colour]), { className: "light" });
    shown.dataset.light = colour;
    return shown;
  });
}
