// A press of a button: one key, one answer. A double press is one press, and what could not be sent is not kept for later.
import { call, newKey, Unreachable } from "./api.js";

const DOUBLE_PRESS = 600; // milliseconds in which the same button pressed again is the same press
const SLOW = 400; // milliseconds after which a press says that it is still on its way

let asking = false;
const pressed = new WeakMap();
const unanswered = new Map();

/** Do `work` for a press of `button`, which shows it at once. Ignored while another press waits for its answer. */
export async function press(button, work, whenSlow) {
  const now = performance.now();
  if (asking || now - (pressed.get(button) ?? -DOUBLE_PRESS) < DOUBLE_PRESS) return;
  asking = true;
  pressed.set(button, now);
  button.setAttribute("aria-busy", "true");
  document.body.dataset.asking = "";
  const slow = setTimeout(whenSlow, SLOW);
  try {
    await work();
  } finally {
    clearTimeout(slow);
    delete document.body.dataset.asking;
    button.removeAttribute("aria-busy");
    asking = false;
  }
}

/**
 * POST, once more with the same key when no answer came. Raises Unreachable when the second time fails too; the next press
 * of the same button then repeats the key, because the server may have heard the first.
 */
export async function send(path, body) {
  const request = path + JSON.stringify(body ?? null);
  const key = unanswered.get(request) ?? newKey();
  const ask = () => call("POST", path, body, { key });
  unanswered.set(request, key);
  let answered = true;
  try {
    return await ask().catch((error) => (error instanceof Unreachable ? ask() : Promise.reject(error)));
  } catch (error) {
    answered = !(error instanceof Unreachable);
    throw error;
  } finally {
    if (answered) unanswered.delete(request);
  }
}

/** The officer has seen what the server did meanwhile: whatever he presses now is a new press. */
export function settle() {
  unanswered.clear();
}
