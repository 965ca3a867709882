// What came of a press, in words, on the one line that says it.
import { texts, Unreachable } from "./api.js";

const words = texts();
const line = document.getElementById("message");
let leave = () => {};

/** What happens when the session has ended. */
export function useSignIn(signIn) {
  leave = signIn;
}

/** Say something; `kind`: done, note, error, unsent or nothing. */
export function say(kind, text) {
  line.dataset.kind = kind;
  line.textContent = text;
}

/** A press is still on its way, or nobody knows yet what became of it (`console_press.js`). */
export function sending(how) {
  say(how === "checking" ? "unsent" : "note", words[how]);
}

/** Do a move. It gives the words for its success, or nothing; a failure is said, and nothing is kept for later. */
export async function attempt(move, tell = say) {
  try {
    const said = await move();
    if (said) tell("done", said);
  } catch (error) {
    if (error.status === 401) return leave();
    if (error instanceof Unreachable) return tell("unsent", words.not_sent);
    if (!error.status) throw error;
    tell("error", error.message);
  }
}
