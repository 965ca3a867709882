// Papers taken in for whom is not there (R7): taken in with a receipt, passed on, acknowledged.
import { call, fill, texts, Unreachable } from "./api.js";
import { press, send } from "./console_press.js";
import { attempt, say } from "./desk_say.js";
import { printPage } from "./printing.js";

const words = texts().custody;
const at = (id) => document.getElementById(id);
const FIELDS = ["name", "phone", "address", "matter", "department", "to"];
let path;
let passing = null;

/** Make the form and the list work for the hall at `base`; gives what looks again. */
export function keepCustody(base, { departments }) {
  path = base;
  at("custody-department").append(new Option("", ""), ...departments.map(({ code, name }) => new Option(name, code)));
  at("custody-open").addEventListener("click", () => {
    at("custody").querySelector("form").reset();
    at("custody-message").textContent = "";
    at("custody").showModal();
    at("custody-name").focus();
  });
  for (const id of ["custody", "passing"]) {
    at(id).querySelector("[data-cancel]").addEventListener("click", () => at(id).close());
  }
  at("custody").querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const materials = written();
    if (materials) press(at("custody-yes"), () => take(materials));
  });
  at("passing").querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    press(at("passing-yes"), passOn);
  });
  return look;
}

/** Show what has not arrived. */
async function look() {
  const { custodies } = await call("GET", `${path}/custodies`);
  const rows = custodies.map(line);
  if (!rows.length) rows.push(Object.assign(document.createElement("li"), { className: "nothing", textContent: words.none }));
  at("custodies").replaceChildren(...rows);
}

function line(one) {
  const row = at("custody-row").content.firstElementChild.cloneNode(true);
  const part = (field) => row.querySelector(`[data-field=${field}]`);
  const late = one.state === "taken" ? "late" : "late_passed";
  row.dataset.state = one.late ? "late" : one.state === "passed" ? "called" : "open";
  Object.assign(part("number"), { textContent: one.number, href: one.url });
  part("item").textContent = one.matter;
  const whom = [one.for.department, one.for.officer].filter(Boolean).join(" ");
  part("way").textContent = fill(words.way, { for: whom, officer: one.officer });
  part("state").textContent = fill(words[one.late ? late : one.state], { day: one.pass_by, name: one.passed_to ?? "" });
  const act = one.actions.includes("acknowledge") ? "acknowledge" : one.actions[0];
  part("act").hidden = !act;
  part("act").textContent = act ? words[act] : "";
  part("act").setAttribute("aria-label", `${words[act]} ${one.number}`);
  part("act").addEventListener("click", () => (act === "pass" ? openPassing(one) : press(part("act"), () => attempt(async () => {
    await send(`${path}/custodies/${one.number}/acknowledge`);
    await look();
    return fill(words.acknowledged_done, one);
  }))));
  return row;
}

function openPassing(one) {
  passing = one;
  at("passing-title").textContent = fill(words.pass_title, one);
  at("passing-to").value = at("passing-message").textContent = "";
  at("passing").showModal();
}

async function passOn() {
  await inDialog("passing", async () => {
    const passed = await send(`${path}/custodies/${passing.number}/pass`, { to: at("passing-to").value.trim() });
    return fill(words.passed_done, { ...passed, name: passed.passed_to });
  });
}

async function take(materials) {
  const said = FIELDS.map((name) => [name, at(`custody-${name}`).value.trim()]).filter(([, value]) => value);
  const body = { name: "", ...Object.fromEntries(said), company: at("custody-company").checked, materials };
  await inDialog("custody", async () => {
    const taken = await send(`${path}/custodies`, body);
    printPage(taken.url);
    return fill(words.done, taken);
  });
}

/** Do it and close; what is wrong is said in the dialog. */
async function inDialog(id, work) {
  try {
    const told = await work();
    at(id).close();
    await look();
    say("done", told);
  } catch (error) {
    at(`${id}-message`).textContent = error instanceof Unreachable ? words.unsent : error.message;
  }
}

/** ``申请表 2`` a line: the materials; null when a line is wrong, which is said. */
function written() {
  const lines = at("custody-materials").value.split("\n").map((text) => text.trim()).filter(Boolean);
  const found = lines.map((text) => text.match(/^(.*?)(?:\s+(\d+)\s*份?)?$/u)).map(([, name, count]) => ({ name, count: Number(count ?? 1) }));
  const wrong = found.findIndex(({ name, count }) => !name || count < 1 || count > 999);
  if (wrong < 0) return found;
  at("custody-message").textContent = fill(words.line_wrong, { line: wrong + 1 });
  at("custody-materials").focus();
  return null;
}
