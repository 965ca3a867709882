// The officer's own cases at the console: how many need him, in the bar; the list, and each case, in panels.
import { openCase } from "./case_sheet.js";
import { Cases, urgent } from "./cases.js";

const AGAIN = 60_000; // milliseconds: lights turn once a day
const at = (id) => document.getElementById(id);

/** Follow the cases of `hall`. Gives `open()` the list, `look(number)` at one, `count()` them anew, and `stop()`. */
export function followCases(hall, chief) {
  const path = `/halls/${encodeURIComponent(hall)}`;
  const look = (number, changed = () => cases.count()) => openCase(number, { path, chief, changed });
  const counted = (counts) => at("cases-count").replaceChildren(...urgent(counts));
  const cases = new Cases(at("cases"), { path, mine: true, open: look, counted });
  cases.count();
  const again = setInterval(() => cases.count(), AGAIN);
  return {
    look,
    count: () => cases.count(),
    open() {
      cases.show();
      at("cases").showModal();
      cases.field.focus();
    },
    stop: () => clearInterval(again),
  };
}
