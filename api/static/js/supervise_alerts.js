// What needs the leaders: open reminders and findings (R14, R34), and questions that wait for an answer (R9).
import { call, fill } from "./api.js";
import { report } from "./officer.js";
import { element } from "./supervise_side.js";

const at = (id) => document.getElementById(id);

export class Alerts {
  #tools;
  #words;
  #rows = []; // of the pages that were read
  #cursor = null;

  constructor(tools) {
    this.#tools = tools;
    this.#words = tools.words.alerts;
    at("alerts-more").addEventListener("click", () => this.#read(this.#cursor));
  }

  show() {
    return Promise.all([this.#read(), this.#ask()]);
  }

  async #read(cursor = null) {
    const { path, inWords } = this.#tools;
    try {
      const page = await call("GET", `${path}/alerts${cursor ? `?cursor=${cursor}` : ""}`);
      this.#rows = cursor ? [...this.#rows, ...page.alerts] : page.alerts;
      this.#cursor = page.cursor;
      at("alerts-count").textContent = page.total ? fill(this.#words.count, { count: page.total }) : "";
      at("alerts-more").hidden = !page.cursor;
      at("alerts-none").hidden = page.total > 0;
      at("alerts-table").hidden = !page.total;
      at("alerts").replaceChildren(...this.#rows.map((one) => this.#row(one)));
      report("alerts-said", "");
    } catch (error) {
      report("alerts-said", inWords(error), true);
    }
  }

  #row(one) {
    const made = element("tr");
    const kind = element("td", one.kind_text, "kind");
    kind.toggleAttribute("data-finding", one.finding);
    const seen = element("td", one.seen_at ? this.#words.seen_at : "");
    if (!one.seen_at) {
      const button = Object.assign(element("button", this.#words.seen), { type: "button" });
      button.setAttribute("aria-label", `${this.#words.seen}：${one.text}`);
      button.addEventListener("click", () => this.#seen(one.id));
      seen.append(button);
    }
    const told = one.told.length ? one.told.join(" → ") : this.#words.not_yet;
    made.append(kind, ...[one.text, one.officer ?? "", moment(one.at), told].map((text) => element("td", text)), seen);
    return made;
  }

  async #seen(id) {
    try {
      await call("POST", `/alerts/${id}/seen`);
      await this.#read();
      at("alerts-title").focus();
    } catch (error) {
      report("alerts-said", this.#tools.inWords(error), true);
    }
  }

  async #ask() {
    const { path, inWords } = this.#tools;
    try {
      const { matters, pending } = await call("GET", `${path}/matters`);
      at("matters-count").textContent = pending ? fill(this.#words.pending, { count: pending }) : "";
      at("matters-none").hidden = matters.length > 0;
      const open = matters.filter(({ state }) => state === "open");
      const over = matters.filter(({ state }) => state !== "open");
      // What is being written stays: only what has changed is drawn anew.
      const kept = new Map([...at("matters").children].map((line) => [line.dataset.number, line]));
      at("matters").replaceChildren(...[...open, ...over].map((one) => {
        const before = kept.get(one.number);
        return before?.dataset.state === one.state ? before : this.#matter(one);
      }));
    } catch (error) {
      report("matters-said", inWords(error), true);
    }
  }

  #matter(one) {
    const words = this.#words;
    const line = element("li");
    Object.assign(line.dataset, { number: one.number, state: one.state });
    const about = [one.number, one.officer, moment(one.at), one.case ?? one.ticket ?? ""].filter(Boolean).join(" · ");
    const kind = element("b", one.kind_text);
    kind.toggleAttribute("data-urgent", one.urgent);
    line.append(kind, element("p", one.text), element("small", about));
    if (one.state === "answered") {
      line.append(element("p", fill(words.answered, { name: one.answered_by, answer: one.answer }), "answered"));
      return line;
    }
    const due = element("small", fill(one.overdue ? words.overdue : words.answer_by, { time: moment(one.answer_by) }), "due");
    due.toggleAttribute("data-late", one.overdue);
    const form = element("form");
    const label = element("label", words.answer);
    const text = Object.assign(element("textarea"), { rows: 2, maxLength: 500, required: true, id: `answer-${one.number}` });
    label.htmlFor = text.id;
    form.append(label, text, element("button", words.send, "primary"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#answer(one, text.value);
    });
    line.append(due, form);
    return line;
  }

  async #answer({ number }, text) {
    try {
      await call("POST", `/matters/${encodeURIComponent(number)}/answer`, { text });
      report("matters-said", fill(this.#words.sent, { number }));
      await this.show();
      at("matters-title").focus();
    } catch (error) {
      report("matters-said", this.#tools.inWords(error), true);
    }
  }
}

/** Stamps come with the hall's own time. */
function moment(stamp) {
  return stamp.slice(5, 16).replace("T", " ");
}
