// What the pages of officers share at the door: the way to signing in, the hall that somebody works for, a refusal.
import { call } from "./api.js";

/** Where each role works; whoever is not named here works at a window. */
const PLACES = { guide: "/desk", operator: "/phone", supervisor: "/supervise", admin: "/supervise" };

/** The page where a role works. */
export function placeOf(role) {
  return PLACES[role] ?? "/console";
}

/** To the sign-in page, and back here afterwards. */
export function signIn() {
  location.replace(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);
}

/** The code of the officer's hall; who works for all of them names one in the address, else it is the first. */
export async function hallOf(session) {
  return session.hall ?? new URLSearchParams(location.search).get("hall") ?? (await call("GET", "/halls")).halls[0].code;
}

/** The page is not for him, or cannot be had now: said in place of everything else. */
export function refuse(text) {
  const said = document.getElementById("refused");
  said.hidden = false;
  said.textContent = text;
}

/** Say at its place what came of an act; `wrong`: it was refused. */
export function report(place, text, wrong = false) {
  const said = document.getElementById(place);
  said.classList.toggle("wrong", wrong);
  said.textContent = text;
}
