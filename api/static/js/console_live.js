// When to look again: the board's socket tells that something here moved, and a slow poll repairs whatever it missed.
import { Live } from "./live.js";

const POLL = 10_000;
const GATHER = 150; // a rush of moves is one look

/**
 * Call `changed` when what `parts` picks of the board's picture was replaced, and every ten seconds in any case.
 * Gives the function that stops it.
 */
export function follow(hall, parts, changed) {
  let seen = [];
  let planned = null;
  const soon = () => {
    planned ??= setTimeout(() => {
      planned = null;
      changed();
    }, GATHER);
  };
  const live = new Live(hall, {
    changed(board) {
      const now = parts(board);
      if (now.some((part, place) => part !== seen[place])) soon();
      seen = now;
    },
    away: soon, // lost or back: see for ourselves
  });
  const poll = setInterval(changed, POLL);
  for (const event of ["online", "offline"]) window.addEventListener(event, changed);
  return () => {
    live.close();
    clearInterval(poll);
    clearTimeout(planned);
    for (const event of ["online", "offline"]) window.removeEventListener(event, changed);
  };
}
