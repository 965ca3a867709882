// The offer to take the last action back, for the few seconds in which the server would.
import { fill, texts } from "./api.js";
import { keepFocus } from "./console_focus.js";
import { serverNow } from "./console_view.js";

const TICK = 250;
const words = texts();
const button = document.getElementById("undo");
let ticket = null;
let timer = 0;

/** Offer to undo what was done last to a ticket (as the server answered it); null, or one that cannot be: no offer. */
export function offer(moved) {
  clearInterval(timer);
  ticket = moved?.undo_until ? moved : null;
  if (ticket) timer = setInterval(count, TICK);
  count();
}

/** The ticket whose last action may still be undone, or null. */
export function offered() {
  return ticket;
}

function count() {
  const seconds = ticket ? Math.ceil((Date.parse(ticket.undo_until) - serverNow()) / 1000) : 0;
  if (seconds > 0) button.firstElementChild.textContent = fill(words.undo, { number: ticket.number, seconds });
  else {
    ticket = null;
    clearInterval(timer);
  }
  keepFocus(() => (button.hidden = !ticket));
}
