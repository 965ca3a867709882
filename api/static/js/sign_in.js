// Signing in: errors beside their field and in words; afterwards back to where the officer came from.
import { call, texts, Unreachable, useSession } from "./api.js";

const said = texts();
const form = document.getElementById("sign-in");
const { username, password } = form.elements;
const submit = document.getElementById("submit");

/** Where each role works; whoever is not named here works at a window. */
const PLACES = { guide: "/desk", operator: "/phone", supervisor: "/supervise", admin: "/supervise" };

/** Where to go afterwards: `?next=` when it is a path of this site, else where the role works. */
function goal(role) {
  const next = new URLSearchParams(location.search).get("next") ?? "";
  return location.origin + (next.startsWith("/") ? next : PLACES[role] ?? "/console");
}

/** Say what is wrong beside its field, which takes the focus; without words: nothing is wrong. */
function complain(field, words) {
  for (const each of [username, password]) {
    const wrong = each === field && words !== "";
    each.setAttribute("aria-invalid", wrong);
    document.getElementById(`${each.id}-error`).textContent = wrong ? words : "";
  }
  if (words === "") return;
  field.focus();
  field.select();
}

let asking = false;

function ask(now) {
  asking = now;
  submit.setAttribute("aria-busy", now);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (asking) return;
  if (!username.value.trim()) return complain(username, said.no_username);
  if (!password.value) return complain(password, said.no_password);
  complain(username, "");
  ask(true);
  try {
    // A session that is still open wants its word even from a page that replaces it.
    useSession(await call("GET", "/session"));
    const { role } = await call("POST", "/session", { username: username.value.trim(), password: password.value });
    location.replace(goal(role));
  } catch (error) {
    complain(password, error instanceof Unreachable ? said.unreachable : error.message);
  } finally {
    ask(false);
  }
});

submit.disabled = false;
