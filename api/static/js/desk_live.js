// When to look again: the hall's picture changed, at most every two seconds; a slow poll repairs whatever was missed.
import { fill, texts } from "./api.js";
import { unreachable } from "./console_press.js";
import { Live } from "./live.js";

const GAP = 2000;
const POLL = 10_000;

const words = texts();
const away = document.getElementById("away");

/**
 * Call `look` when something in the hall moved. It gives whether the server answered; while it does not, the bar says
 * so, nothing is sent, and we look again and again.
 */
export function followHall(hall, look) {
  let last = 0;
  let answered = Date.now();
  let planned = null;
  const soon = () => {
    planned ??= setTimeout(async () => {
      last = performance.now();
      const lost = !(await look());
      planned = null;
      if (!lost) answered = Date.now();
      show(lost, answered);
      if (lost) soon();
    }, Math.max(0, last + GAP - performance.now()));
  };
  new Live(hall, { changed: soon, away: soon });
  setInterval(soon, POLL);
  for (const event of ["online", "offline"]) window.addEventListener(event, soon);
}

function show(lost, answered) {
  unreachable(lost);
  document.body.toggleAttribute("data-away", lost);
  away.textContent = lost ? fill(words.away, { time: new Date(answered).toTimeString().slice(0, 5) }) : "";
}
