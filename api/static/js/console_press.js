// A press of a button: one key, one answer. A double press is one press; what could not be sent is not kept for later.
import { call, newKey, Unreachable } from "./api.js";

const DOUBLE_PRESS = 600; // milliseconds in which the same button pressed again is the same press
const SLOW = 400; // milliseconds after which a press says that it is still on its way
const AT_ONCE = 2000; // a failure sooner than this was a broken connection, worth one more try; later, a dead network

let asking = false;
let last = {}; // the button pressed last, and when
const unanswered = new Map();

/** Do `work` for a press of `button`, which shows it at once. Ignored while another press waits for its answer. */
export async function press(button, work, whenSlow = () => {}) {
  const now = performance.now();
  if (asking || (button === last.button && now - last.at < DOUBLE_PRESS)) return;
  asking = true;
  last = { button, at: now };
  button.setAttribute("aria-busy", "true");
  const slow = setTimeout(whenSlow, SLOW);
  try {
    await work();
  } finally {
    clearTimeout(slow);
      button.removeAttribute("aria-busy");
    asking = false;
  }
}

/**
 * POST, once more with the same key when the connection broke. Raises Unreachable when no answer came; the next press
 * of the same button then repeats the key, because the server may have heard the first.
 */
export async function send(path, body) {
  const request = path + JSON.stringify(body ?? null);
  const key = unanswered.get(request) ?? newKey();
  const ask = () => call("POST", path, body, { key });
  const began = performance.now();
  const again = (error) => error instanceof Unreachable && performance.now() - began < AT_ONCE;
  unanswered.set(request, key);
  try {
    const answer = await ask().catch((error) => (again(error) ? ask() : Promise.reject(error)));
    unanswered.delete(request);
    return answer;
  } catch (error) {
    if (error instanceof Unreachable) last = {};
    else unanswered.delete(request);
    throw error;
  }
}

/** The officer has seen what the server did meanwhile: whatever he presses now is a new press. */
export function settle() {
  unanswered.clear();
}
