// A case on one sheet: how it stands, what is missing, what can be done now, its papers, and how its date came about.
import { call, fill } from "./api.js";
import { actionForm } from "./case_act.js";
import { element, inWords, light, paper, slots, stand, words } from "./case_words.js";
import { press } from "./console_press.js";

const dialog = document.getElementById("case");
const slot = slots(dialog);
const ORDER = [
  "supplement", "notice", "take", "forward", "join", "resume", "step", "report", "decide", "deliver", "suspend", "extend",
  "again", "refuse", "reject", "withdraw",
];
let about = null; // {path, chief, changed}
let shown = null;
let asked = 0; // an answer that comes late belongs to a case that was open before

dialog.querySelector("[data-cancel]").addEventListener("click", () => dialog.close());

/**
 * Open the sheet of case `number`. `path`: its hall's; `chief`: a supervisor looks; `changed()`: the case was moved.
 */
export async function openCase(number, { path, chief, changed = () => {} }) {
  const mine = ++asked;
  about = { path, chief, changed };
  slot("message").textContent = "";
  for (const part of ["lacking", "act", "papers-part", "parts-part", "steps-part", "suspensions-part", "materials-part", "trace-part"]) {
    slot(part).hidden = true;
  }
  for (const part of ["item", "stand", "acts", "facts"]) slot(part).replaceChildren();
  slot("number").textContent = number;
  dialog.showModal();
  try {
    const one = await call("GET", `/cases/${encodeURIComponent(number)}`);
    if (mine === asked) show(one);
  } catch (error) {
    if (mine === asked) say(inWords(error), true);
  }
}

function say(text, wrong = false) {
  slot("message").textContent = text;
  slot("message").dataset.kind = wrong ? "error" : "done";
}

function show(one) {
  shown = one;
  slot("item").textContent = one.item.name;
  slot("stand").replaceChildren(...stand(one));
  slot("lacking").hidden = !one.missing.length;
  slot("lacking").querySelector("ul").replaceChildren(...one.missing.map((name) => element("li", name)));
  slot("facts").replaceChildren(...facts(one));
  part("papers", one.papers.toReversed().map(paper));
  part("parts", one.parts.map(section));
  part("steps", one.steps.map(step));
  part("suspensions", one.suspensions.map(stopped));
  part("materials", one.materials.filter(({ on }) => on).map(brought));
  part("trace", one.trace.map(({ date, text }) => element("li", `${date} ${text}`)));
  slot("progress").href = one.url;
  buttons(one);
}

function part(name, rows) {
  slot(`${name}-part`).hidden = !rows.length;
  slot(name).replaceChildren(...rows);
}

function buttons(one) {
  const acts = offered(one);
  slot("act").hidden = true;
  slot("acts").hidden = !acts.length;
  slot("acts").replaceChildren(...acts.map((action, place) => {
    const label = action === "extend" && !about.chief ? words.ask : words.actions[action];
    const button = element("button", label, { type: "button", className: place ? "" : "primary" });
    button.dataset.action = action;
    button.addEventListener("click", () => begin(action, button));
    return button;
  }));
  (slot("acts").querySelector("button") ?? slot("item")).focus();
}

/** What can be done, the likely first, the bitter last: a step where one runs, a second notice where a supervisor looks. */
function offered(one) {
  const can = one.actions.filter((action) => action !== "step" || one.steps.some(({ ended_on: ended }) => !ended));
  if (about.chief && one.state === "noticed") can.push("again");
  return ORDER.filter((action) => can.includes(action));
}

/** The small form of an action in the place of the buttons. */
function begin(action, button) {
  say("");
  slot("acts").hidden = true;
  const mine = asked, { changed } = about;
  actionForm(slot("act"), shown, action, about, {
    done(now, text) {
      changed();
      if (mine !== asked) return;
      if (now) show(now);
      else back();
      say(text ?? fill(words.done, { number: now.number, state: now.state_text }));
    },
    back,
  });
  function back() {
    slot("act").hidden = true;
    slot("acts").hidden = false;
    (button.isConnected ? button : slot("acts").querySelector("button"))?.focus();
  }
}

function facts(one) {
  const kind = fill(one.days ? words.kind : words.kind_today, { kind: one.kind_text, days: one.days });
  const known = {
    applicant: one.applicant,
    kind,
    department: one.unit === one.department ? one.unit : fill(words.unit, one),
    holder: one.holder,
    officer: one.officer === one.holder ? "" : one.officer,
    first_officer: one.first_officer === one.holder ? "" : one.first_officer,
    received_on: one.received_on,
    accepted_on: one.accepted_on,
    notice_by: one.notice_by,
    extended: one.extended ? fill(words.working_days, { days: one.extended }) : "",
    decided_on: one.decided_on,
    actual_days: one.actual_days === null ? "" : fill(words.working_days, { days: one.actual_days }),
    deliver_by: one.delivered_on ? "" : one.deliver_by,
    delivered_on: one.delivered_on,
    reason: one.reason,
  };
  return Object.entries(known).filter(([, value]) => value).map(([name, value]) => {
    const line = element("div"), said = element("dd", value);
    line.append(element("dt", words.facts[name]), said);
    if (name === "applicant") said.append(whole(said));
    return line;
  });
}

/** Who it is, in full, for whoever needs to know; every look is written down (R61). */
function whole(place) {
  const button = element("button", words.person.show, { type: "button" });
  button.addEventListener("click", () => press(button, async () => {
    const mine = asked;
    try {
      const { name, agent, ...rest } = await call("GET", `/cases/${shown.number}/person`);
      if (mine !== asked) return;
      const more = ["phone", "id_number", "address"].filter((key) => rest[key]).map((key) => `${words.person[key]} ${rest[key]}`);
      const by = agent ? [`${words.person.agent} ${agent.name} ${agent.phone}`] : [];
      place.textContent = [name, ...more, ...by].join(" · ");
      slot("item").focus();
    } catch (error) {
      if (mine === asked) say(inWords(error), true);
    }
  }));
  return button;
}

function brought({ name, count, on }) {
  const what = count > 1 ? fill(words.copies, { name, count }) : name;
  return element("li", fill(words.brought, { name: what, day: on }));
}

function stopped({ procedure_text, reason, began_on, ended_on }) {
  const ended = ended_on ? fill(words.until, { day: ended_on }) : words.running;
  return element("li", fill(words.stopped, { procedure: procedure_text, began: began_on, ended, reason }));
}

function step({ position, name, post, due_on, ended_on, by }) {
  const how = ended_on ? fill(words.step_done, { day: ended_on, by }) : due_on ? fill(words.step_due, { day: due_on }) : "";
  return rowOf(fill(words.step, { position, name, post }), how);
}

/** What another department has of it. */
function section(one) {
  const { department, due_on, done_on, opinion, late } = one;
  const how = done_on ? fill(words.part_done, { day: done_on, opinion }) : fill(words.part_due, { day: due_on });
  const line = rowOf(department, how);
  if (late) line.append(light({ light: "red", light_text: words.late }));
  if (!done_on && shown.state === "joined") {
    const button = element("button", words.close_part, { type: "button" });
    button.addEventListener("click", () => begin({ part: one }, button));
    line.append(button);
  }
  return line;
}

function rowOf(text, how) {
  const line = element("li");
  line.append(element("span", text), element("small", how));
  return line;
}
