// A press of a button: one key, one answer. A double press is one press; what could not be sent is not kept for later,
// and where no answer came, the next press waits until it is known what became of this one.
import { call, newKey, Unreachable } from "./api.js";

const DOUBLE_PRESS = 600; // milliseconds in which the same button pressed again is the same press
const SLOW = 400; // milliseconds after which a press says that it is still on its way
const AT_ONCE = 2000; // a failure sooner than this was a broken connection, worth one more try; later, a dead network
const ASK_AGAIN = 2000;

let asking = false;
let last = {}; // the button pressed last, and when
let doubtful = false; // no answer came: did the server do it?
let lost = false;
let told = () => {};

/**
 * Do `work` for a press of `button`, which shows it at once. Ignored while another press waits for its answer.
 * `tell("sending")`: it takes long; `tell("checking")`: no answer came, and we ask what became of it.
 */
export async function press(button, work, tell = () => {}) {
  const now = performance.now();
  if (asking) return doubtful ? tell("checking") : undefined;
  if (button === last.button && now - last.at < DOUBLE_PRESS) return;
  asking = true;
  last = { button, at: now };
  told = tell;
  button.setAttribute("aria-busy", "true");
  const slow = setTimeout(() => doubtful || tell("sending"), SLOW);
  try {
    await work();
  } finally {
    clearTimeout(slow);
    button.removeAttribute("aria-busy");
    asking = false;
  }
}

/** Whether the server is known to be out of reach: then nothing is sent at all. */
export function unreachable(gone) {
  lost = gone;
}

/**
 * POST, once more with the same key when the connection broke. Gives the answer, `late` when it had to be asked for
 * after a dead network: what was to follow at once must not follow now.
 * Raises Unreachable when nothing was sent; Refused, with `withdrawn` when it did not come to anything and never will.
 */
export async function send(path, body) {
  if (lost || !navigator.onLine) throw forgotten(new Unreachable("nothing sent"));
  const key = newKey();
  const ask = (options) => call("POST", path, body, { key, ...options });
  const began = performance.now();
  const again = (error) => unanswered(error) && performance.now() - began < AT_ONCE && navigator.onLine;
  try {
    return await ask().catch((error) => (again(error) ? ask() : Promise.reject(error)));
  } catch (error) {
    if (!unanswered(error)) throw error;
    return whatHappened(() => ask({ withdraw: true }));
  }
}

/** Nobody answered, or only a gateway in between. */
function unanswered(error) {
  return error instanceof Unreachable || [502, 504].includes(error.status);
}

async function whatHappened(ask) {
  doubtful = true;
  told("checking");
  try {
    for (;;) {
      try {
        const answer = await ask();
        return answer && { ...answer, late: true };
      } catch (error) {
        if (!unanswered(error)) throw forgotten(error);
      }
      await aWhile();
    }
  } finally {
    doubtful = false;
  }
}

/** What was not done may be pressed again at once. */
function forgotten(error) {
  last = {};
  return error;
}

/** Until the network is back, or it is time to see for ourselves. */
function aWhile() {
  return new Promise((resolve) => {
    const go = () => {
      clearTimeout(timer);
      window.removeEventListener("online", go);
      resolve();
    };
    const timer = setTimeout(go, ASK_AGAIN);
    window.addEventListener("online", go);
  });
}
