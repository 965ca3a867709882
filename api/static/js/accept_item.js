// Which item it is: searched among those that this window accepts. Arrows walk, Enter takes the first or the marked one.
import { call, Unreachable } from "./api.js";
import { element, words } from "./case_words.js";

/**
 * `seek`: the search field; `list`: where what was found goes; `said`: says that nothing was; `none`: its words;
 * `path()`: the address of the hall; `window()`: the number of the window; `taken(item)`: one was chosen.
 */
export class ItemSeek {
  #asked = 0;
  #found = [];
  #first = false; // Enter was faster than the answer

  constructor({ seek, list, said, none, path, window, taken }) {
    Object.assign(this, { seek, list, said, none, path, window, taken });
    seek.addEventListener("input", () => this.look());
    seek.addEventListener("keydown", (event) => {
      if (event.key === "ArrowDown") this.#go(event, 0);
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault(); // it chooses, and does not send the form
      this.#first = true;
      this.#takeFirst();
    });
    list.addEventListener("keydown", (event) => {
      const at = this.#buttons.indexOf(event.target);
      const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
      if (to !== undefined) this.#go(event, to);
    });
  }

  /** Look for what is typed; without words, what is asked for most at this window. */
  async look() {
    const mine = ++this.#asked;
    this.#found = [];
    this.#first = false; // an Enter was meant for what was typed before it
    const asked = new URLSearchParams({ q: this.seek.value.trim(), window: this.window(), limit: 20 });
    try {
      const { items } = await call("GET", `${this.path()}/items?${asked}`);
      if (mine !== this.#asked) return;
      this.#show(items);
    } catch (error) {
      if (mine === this.#asked) this.said.textContent = error instanceof Unreachable ? words.away : error.message;
    }
  }

  /** It is known by now: what is still on its way is not asked for any more. */
  stop() {
    this.#asked += 1;
    this.#first = false;
  }

  #show(items) {
    this.#found = items;
    this.list.replaceChildren(...items.map((item, place) => {
      const line = element("li"), button = element("button", "", { type: "button", tabIndex: place ? -1 : 0 });
      button.append(element("span", item.name), element("small", item.code));
      button.addEventListener("click", () => this.taken(item));
      line.append(button);
      return line;
    }));
    this.said.textContent = items.length ? "" : this.none;
    if (this.#first) this.#takeFirst();
  }

  #takeFirst() {
    if (!this.#found.length) return;
    this.#first = false;
    this.taken(this.#found[0]);
  }

  get #buttons() {
    return [...this.list.querySelectorAll("button")];
  }

  #go(event, to) {
    event.preventDefault();
    (to < 0 ? this.seek : this.#buttons[to])?.focus();
  }
}
