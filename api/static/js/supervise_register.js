// The register (R10): what was taken down, by days and words; in full only as a workbook.
import { call } from "./api.js";
import { element } from "./supervise_side.js";

const at = (id) => document.getElementById(id);
const FIELDS = [
  "person", "address", "contact", "matter", "materials", "first_officer", "holder", "holder_contact", "state",
];
const MOST_DAYS = 31;
const DAY_MS = 86_400_000;

export class Register {
  #tools;
  #asked = null; // what is shown
  #cursor = null;
  #reads = 0;

  constructor(tools) {
    this.#tools = tools;
    at("register-find").addEventListener("submit", (event) => {
      event.preventDefault();
      this.show();
    });
    at("register-complaints").addEventListener("change", () => this.show());
    for (const id of ["register-from", "register-to"]) at(id).addEventListener("change", () => this.#address());
    at("register-more").addEventListener("click", () => this.#read(this.#cursor));
    at("register-export").addEventListener("click", (event) => {
      const [first, last] = ["from", "to"].map((name) => Date.parse(at(`register-${name}`).value));
      if ((last - first) / DAY_MS < MOST_DAYS) return;
      event.preventDefault();
      this.#say(this.#tools.words.register.too_long);
    });
  }

  show() {
    const days = { from: at("register-from").value, to: at("register-to").value };
    const wanted = { ...days, q: at("register-q").value.trim(), complaints: at("register-complaints").checked };
    this.#asked = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value));
    at("register-more").hidden = true; // it belongs to the list before
    return this.#read(null);
  }

  async #read(cursor) {
    const { path, words, inWords } = this.#tools;
    const mine = ++this.#reads;
    try {
      const query = new URLSearchParams(cursor ? { ...this.#asked, cursor } : this.#asked);
      const seen = await call("GET", `${path}/register?${query}`);
      if (mine !== this.#reads) return;
      at("register-from").value ||= seen.from;
      at("register-to").value ||= seen.to;
      this.#address();
      const titles = [words.register.at, words.register.number, ...seen.fields];
      at("register-head").replaceChildren(...titles.map((title) => Object.assign(element("th", title), { scope: "col" })));
      const rows = seen.entries.map((entry) => line(entry, titles));
      if (cursor) at("register-rows").append(...rows);
      else at("register-rows").replaceChildren(...rows);
      this.#cursor = seen.cursor;
      at("register-more").hidden = !seen.cursor;
      this.#say(at("register-rows").children.length ? "" : words.register.none);
    } catch (error) {
      if (mine === this.#reads) this.#say(inWords(error));
    }
  }

  #address() {
    const query = new URLSearchParams({ from: at("register-from").value, to: at("register-to").value });
    if (at("register-complaints").checked) query.set("complaints", "true");
    at("register-export").href = `/api/v1${this.#tools.path}/register.xlsx?${query}`;
  }

  #say(text) {
    at("register-said").textContent = text;
  }
}

function line(entry, titles) {
  const row = element("tr");
  const number = element("td", entry.number);
  number.append(Object.assign(element("small", entry.kind_text), { className: "kind" }));
  row.append(element("td", entry.at.slice(0, 16).replace("T", " ")), number, ...FIELDS.map((name) => element("td", entry[name])));
  [...row.children].forEach((cell, place) => (cell.dataset.title = titles[place]));
  return row;
}
