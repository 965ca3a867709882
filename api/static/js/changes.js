// The hall's configuration changed: a page that is open shows what holds now.

import { Socket } from "./socket.js";

/** Pauses before the tries to show an edition: another process may hear of it a moment later, or the server be busy. */
const PAUSES_MS = [0, 300, 1000, 3000, 10_000, 30_000];

/**
 * Follow a hall's `word`: `edition`, or `booking` for what can be booked only. `shown()`: the edition that the page shows;
 * while the server names another, `renew()` is called to show it. `spread` (ms): so that not everybody asks at once.
 */
export function followChanges(hall, { word, shown, renew, spread = 0 }) {
  let wanted = null, tries = 0, timer = 0, busy = false;

  function plan() {
    clearTimeout(timer);
    if (busy || wanted === shown() || tries === PAUSES_MS.length) return;
    timer = setTimeout(attempt, PAUSES_MS[tries++] + Math.random() * spread);
  }

  async function attempt() {
    busy = true;
    await Promise.resolve(renew()).catch(() => {});
    busy = false;
    plan();
  }

  const socket = new Socket(`/halls/${encodeURIComponent(hall)}/changes`, {
    heard(frame) {
      if (frame.type !== "edition") return;
      socket.settled();
      [wanted, tries] = [frame[word], 0];
      plan();
    },
  });
}
