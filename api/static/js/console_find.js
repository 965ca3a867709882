// A number that a visitor says at the desk: what became of it, and what can be done. Supervisors may call it out of turn.
import { call, fill, texts } from "./api.js";
import { keepFocus } from "./console_focus.js";

const words = texts();
const at = (id) => document.getElementById(id);
const DOABLE = ["requeue", "resume"];

/**
 * Make the search work. `hall`: its code; `chief`: may call out of turn; `attempt(move)`: does a move of the desk's and
 * says what came of it; `act(action, ticket, button)`: a button beside a ticket; `outOfTurn(ticket, reason)`: a move.
 */
export function findByNumber({ hall, chief, attempt, act, outOfTurn }) {
  let found = null;

  at("find").addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(async () => {
      const number = at("find-number").value.trim();
      if (!number) return null;
      const { tickets } = await call("GET", `/halls/${encodeURIComponent(hall)}/tickets?number=${encodeURIComponent(number)}`);
      show(tickets[0] ?? null, number);
      return null;
    });
  });

  at("found-yes").addEventListener("click", () => {
    const action = doable();
    if (action) return act(action, found, at("found-yes"));
    const reason = at("found-reason").value.trim();
    if (reason.length < 2) {
      at("found").textContent = words.reason_first;
      at("found-reason").focus();
      return null;
    }
    return outOfTurn(found, reason, at("found-yes"));
  });

  function doable() {
    return DOABLE.find((action) => found.actions.includes(action));
  }

  function show(ticket, number) {
    found = ticket;
    const mayCall = chief && ticket?.actions.includes("call");
    at("found").textContent = ticket
      ? fill(words.found, { ...ticket, state: words.states[ticket.status], place: ticket.window ?? ticket.zone })
      : fill(words.not_found, { number });
    at("found-yes").hidden = !ticket || !(doable() || mayCall);
    at("found-reason").hidden = !mayCall;
    at("found-reason").value = "";
    if (ticket && !at("found-yes").hidden) at("found-yes").textContent = words[doable() ?? "call_now"];
  }

  /** What was found may have moved: whoever acted looks anew. */
  return () => keepFocus(() => {
    at("found").textContent = "";
    at("found-yes").hidden = at("found-reason").hidden = true;
    at("find-number").value = "";
  }, at("find-number"));
}
