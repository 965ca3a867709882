// What every module of cases says and draws alike: texts, the light as colour, sign and word, papers to print.
import { fill, Unreachable } from "./api.js";
import { press } from "./console_press.js";
import { printPage } from "./printing.js";

export const words = JSON.parse(document.getElementById("case-texts").textContent);

export function element(name, text = "", more = {}) {
  return Object.assign(document.createElement(name), { textContent: text }, more);
}

/** The element that plays a part of a dialog or panel. */
export function slots(root) {
  return (name) => root.querySelector(`[data-slot="${name}"]`);
}

export function inWords(error) {
  return error instanceof Unreachable ? words.unsent : error.message;
}

/** The light of a case, or that its clock does not run. */
export function light({ light: colour, light_text: text }) {
  const shown = element("span", text || words.still, { className: "light" });
  shown.dataset.light = colour ?? "";
  return shown;
}

/** How a case stands: its light, state and by when. */
export function stand(one) {
  return [light(one), element("b", one.state_text), one.due_on && !one.decided_on ? element("span", one.due_text) : ""];
}

/** A paper with the ways to have it. */
export function paper({ title, number, url, pdf }) {
  const line = element("li");
  const named = (text) => fill(text, { title });
  const printing = element("button", words.print, { type: "button", ariaLabel: named(words.print_of) });
  printing.addEventListener("click", () => press(printing, async () => printPage(url)));
  const open = element("a", words.open, { href: url, target: "_blank", className: "button", ariaLabel: named(words.open_of) });
  const file = element("a", words.pdf, { href: pdf, className: "button", ariaLabel: named(words.pdf_of) });
  line.append(element("span", title), element("small", number), printing, open, file);
  return line;
}

/** Lines of a text field that are not empty. */
export function lines(text) {
  return text.split("\n").map((line) => line.trim()).filter(Boolean);
}
