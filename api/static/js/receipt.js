// A receipt for what a visitor hands in (R11): the dialog of templates/receipt_dialog.html.
import { fill, Unreachable } from "./api.js";
import { press, send } from "./console_press.js";
import { printPage } from "./printing.js";

const dialog = document.getElementById("receipt");
const form = dialog.querySelector("form");
const list = dialog.querySelector("[data-list]");
const slot = (name) => dialog.querySelector(`[data-slot=${name}]`);
const note = document.getElementById("receipt-note");
const words = dialog.dataset;
let settle = () => {};
let about = null;

dialog.querySelector("[data-cancel]").addEventListener("click", () => dialog.close());
dialog.querySelector("[data-more]").addEventListener("click", () => row("").focus());
dialog.addEventListener("close", () => settle(null));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const materials = filled();
  if (materials) press(form.querySelector(".primary"), () => give(materials));
});

/**
 * Ask what was handed in with `ticket` (`{id, number, item, line_name}`), its item's materials proposed, and print the
 * receipt. Gives what was done, in words, or null when the officer thought better of it.
 */
export function giveReceipt(ticket) {
  about = ticket;
  slot("number").textContent = ticket.number;
  slot("item").textContent = ticket.item?.name ?? ticket.line_name;
  slot("message").textContent = note.value = "";
  list.replaceChildren();
  for (const name of ticket.item?.materials ?? []) row(name);
  if (!list.children.length) row("");
  dialog.showModal();
  form.querySelector(".primary").focus();
  return new Promise((resolve) => { settle = resolve; });
}

function row(name) {
  const line = document.createElement("li");
  const what = Object.assign(document.createElement("input"), { value: name, maxLength: 100, autocomplete: "off" });
  const count = Object.assign(document.createElement("input"), {
    type: "number", value: 1, min: 1, max: 999, inputMode: "numeric",
  });
  const less = Object.assign(document.createElement("button"), { type: "button", textContent: "×", title: words.less });
  what.setAttribute("aria-label", words.name);
  count.setAttribute("aria-label", words.copies);
  less.setAttribute("aria-label", words.less);
  less.addEventListener("click", () => {
    const next = line.nextElementSibling ?? line.previousElementSibling;
    line.remove();
    (next?.querySelector("input") ?? dialog.querySelector("[data-more]")).focus();
  });
  line.append(what, count, less);
  list.append(line);
  return what;
}

/** What was written, as the interface wants it; null when something is wrong, which is said. */
function filled() {
  const rows = [...list.children].map((line) => [...line.querySelectorAll("input")]);
  const named = rows.filter(([what]) => what.value.trim());
  const wrong = named.find(([, count]) => !/^[1-9]\d{0,2}$/.test(count.value));
  if (!named.length) return refuse(words.none, rows[0]?.[0]);
  if (wrong) return refuse(words.count, wrong[1]);
  return named.map(([what, count]) => ({ name: what.value.trim(), count: Number(count.value) }));
}

async function give(materials) {
  try {
    const given = await send(`/tickets/${about.id}/receipts`, { materials, note: note.value.trim() });
    printPage(given.url);
    settle(fill(words.given, { ticket: about.number, number: given.number }));
    dialog.close();
  } catch (error) {
    refuse(error instanceof Unreachable ? words.unsent : error.message);
  }
}

function refuse(text, field) {
  slot("message").textContent = text;
  field?.focus();
  return null;
}
