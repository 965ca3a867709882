// An officer's own account: who he is, his password, and the way to the other parts of the page.
import { call, fill, Refused, texts, Unreachable, useSession } from "./api.js";
import { openSecondFactor } from "./account_factor.js";
import { openSessions } from "./account_sessions.js";
import { placeOf, refuse, report, signIn } from "./officer.js";

const words = texts();
const at = (id) => document.getElementById(id);

try {
  await start();
} catch (error) {
  refuse(error instanceof Unreachable ? words.no_server : error.message);
}

async function start() {
  const session = await call("GET", "/session");
  if (session.role === "public") return signIn();
  useSession(session);
  at("officer").textContent = session.name;
  at("home").href = placeOf(session.role);
  at("leave").addEventListener("click", () => attempt("sessions-said", () => call("DELETE", "/session").then(signIn)));
  at("leave").hidden = false;

  const tools = { words, attempt, complain, refresh };
  const factor = openSecondFactor(tools);
  const sessions = openSessions(tools, session.role);
  at("password-form").addEventListener("submit", changePassword);

  async function refresh() {
    const account = await call("GET", "/account");
    for (const place of at("me").querySelectorAll("[data-field]")) place.textContent = account[place.dataset.field];
    at("me").querySelector("[data-field=role]").textContent = words.roles[account.role];
    const needed = account.second_factor.state === "needed";
    at("needed").hidden = !needed;
    at("home").hidden = needed;
    factor.show(account);
    await sessions.show(account, needed);
  }

  await refresh();
  at("account").hidden = false;
  if (location.hash === "#second-factor") {
    at("second-factor").scrollIntoView();
    at("factor-title").focus();
  }

  async function changePassword(event) {
    event.preventDefault();
    const [old, fresh, twice] = ["old", "new", "twice"].map(at);
    report("password-said", "");
    complain([old, fresh, twice]);
    if (!old.value) return complain([old], words.no_old);
    if (fresh.value.length < words.least_password) return complain([fresh], fill(words.short, { least: words.least_password }));
    if (fresh.value !== twice.value) return complain([twice], words.different);
    await attempt("password-said", async () => {
      const { ended } = await call("POST", "/account/password", { old: old.value, new: fresh.value });
      for (const field of [old, fresh, twice]) field.value = "";
      await refresh();
      report("password-said", ended ? fill(words.changed.other, { count: ended }) : words.changed[0]);
    }, { wrong_credentials: old, password_short: fresh, password_same: fresh });
  }
}

/** Say beside the first of these fields what is wrong with it, and take it there; without words: nothing is. */
function complain(fields, text = "") {
  for (const field of fields) {
    field.setAttribute("aria-invalid", text !== "");
    at(`${field.id}-error`).textContent = text;
  }
  if (text !== "") fields[0].focus();
}

let busy = false;

/** Do one thing at a time; what is refused is said beside the field that the refusal is about, else at its place. */
async function attempt(place, work, fields = {}) {
  if (busy) return;
  busy = true;
  try {
    await work();
  } catch (error) {
    if (error instanceof Refused && error.status === 401) return signIn(); // somebody ended this session
    const text = error instanceof Unreachable ? words.unsent : error.message;
    if (fields[error.code]) complain([fields[error.code]], text);
    else report(place, text, true);
  } finally {
    busy = false;
  }
}
