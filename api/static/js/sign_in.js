// Signing in: errors beside their field and in words; a second step where the account has a second factor; afterwards
// back to where the officer came from.
import { call, Refused, texts, Unreachable, useSession } from "./api.js";
import { placeOf } from "./officer.js";

const said = texts();
const at = (id) => document.getElementById(id);
const form = at("sign-in");
const { username, password, code } = form.elements;
const submit = at("submit");

/** Where to go afterwards: `?next=` when it is a path of this site, else where the role works. */
function goal(role) {
  const next = new URLSearchParams(location.search).get("next") ?? "";
  return location.origin + (next.startsWith("/") ? next : placeOf(role));
}

/** Say what is wrong beside its field, which takes the focus; without words: nothing is wrong. */
function complain(field, words) {
  for (const each of [username, password, code]) {
    const wrong = each === field && words !== "";
    each.setAttribute("aria-invalid", wrong);
    at(`${each.id}-error`).textContent = wrong ? words : "";
  }
  if (words === "") return;
  field.focus();
  field.select();
}

/** The first step asks who it is, the second for the code. */
function step(second) {
  at("signer").hidden = second;
  at("proof").hidden = at("ways").hidden = !second;
  code.value = "";
  complain(code, "");
  (second ? code : password).focus();
}

/** A code has figures, a recovery code letters too: each gets its keys. */
function way(recovery) {
  code.dataset.way = recovery ? "recovery" : "code";
  code.inputMode = recovery ? "text" : "numeric";
  code.autocomplete = recovery ? "off" : "one-time-code";
  at("code-label").textContent = recovery ? said.recovery : said.code;
  at("other-way").textContent = recovery ? said.use_code : said.use_recovery;
}

let asking = false;

function ask(now) {
  asking = now;
  submit.setAttribute("aria-busy", now);
}

/** What is missing before anything can be sent: a field and words, or null. */
function missing() {
  if (!at("proof").hidden) {
    return code.value.trim() ? null : [code, code.dataset.way === "recovery" ? said.no_recovery : said.no_code];
  }
  if (!username.value.trim()) return [username, said.no_username];
  return password.value ? null : [password, said.no_password];
}

function welcome({ role, second_factor: factor }) {
  if (factor === "needed") return location.replace("/account#second-factor");
  if (role !== "admin" || factor === "on") return location.replace(goal(role));
  form.hidden = true;
  at("advice").hidden = false;
  at("later").href = goal(role);
  at("advice-title").focus();
}

/** A refusal is said where it can be mended. */
function refused(error) {
  const second = !at("proof").hidden;
  if (error instanceof Unreachable) return complain(second ? code : password, said.unreachable);
  if (error instanceof Refused && error.code === "code_needed") return step(true);
  if (second && error.code === "wrong_credentials") step(false);
  complain(at("proof").hidden ? password : code, error.message);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (asking) return;
  const wrong = missing();
  if (wrong) return complain(...wrong);
  complain(username, "");
  ask(true);
  try {
    // A session that is still open wants its word even from a page that replaces it.
    useSession(await call("GET", "/session"));
    const body = { username: username.value.trim(), password: password.value };
    welcome(await call("POST", "/session", at("proof").hidden ? body : { ...body, code: code.value.trim() }));
  } catch (error) {
    refused(error);
  } finally {
    ask(false);
  }
});

at("other-way").addEventListener("click", () => {
  way(code.dataset.way !== "recovery");
  code.value = "";
  complain(code, "");
  code.focus();
});
at("back").addEventListener("click", () => step(false));
way(false);
submit.disabled = false;
