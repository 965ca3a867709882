// What an action on a case needs to know: a small form for each, made of a few kinds of fields.
import { call, fill } from "./api.js";
import { fieldsFor } from "./case_fields.js";
import { element, inWords, slots, words } from "./case_words.js";
import { press, send } from "./console_press.js";

/** Action -> its fields, by name; `!`: must be filled in. What is not here is done without a question. */
const NEEDS = {
  notice: ["missing"], again: ["missing!"], supplement: ["materials"], refuse: ["reason!"],
  suspend: ["procedure", "reason!", "began_on"], resume: ["ended_on"], extend: ["days", "reason!"],
  ask: ["text!"], forward: ["department", "note"], join: ["parts"], report: ["authority!"],
  decide: ["dated_on", "reason"], reject: ["reason!", "dated_on"], withdraw: ["reason!"], deliver: ["delivered_on"],
  take: [], step: [], close: ["opinion!"],
};
let halls = null; // the hall's public facts, read once

/**
 * Show in `form` what `action` on case `one` needs: a name, or `{part}` to close a part of it. `path`: the hall's; `chief`:
 * a supervisor asks. `done(case, text)`: it was done (no case: only said); `back()`: he thought better of it.
 */
export async function actionForm(form, one, action, { path, chief }, { done, back }) {
  const slot = slots(form);
  // Only supervisors extend (R30): a clerk asks for it.
  const kind = action.part ? "close" : action === "extend" && !chief ? "ask" : action;
  const title = { close: words.close_part, ask: words.ask }[kind] ?? words.actions[kind];
  slot("act-title").textContent = action.part ? `${title} · ${action.part.department}` : title;
  slot("act-hint").textContent = fill(words.hints[kind] ?? "", { missing: one.missing.join("、") });
  slot("act-message").textContent = "";
  const yes = element("button", title, { className: "primary" }); // a button of its own: another form is another press
  yes.dataset.slot = "act-yes";
  slot("act-yes").replaceWith(yes);
  form.hidden = false;
  let fields = [];
  slot("fields").replaceChildren();
  form.querySelector("[data-do=back]").onclick = back;
  form.onkeydown = (event) => {
    if (event.key === "F9") {
      event.preventDefault();
      if (!event.repeat) for (const field of fields) field.all?.();
    } else if (event.key === "Escape") {
      event.preventDefault(); // one step back, not out of the case
      back();
    }
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    press(yes, async () => {
      try {
        await doIt(kind, one, action.part, path, collect(fields), done);
      } catch (error) {
        if (!yes.isConnected) return; // another form stands here by now
        slot("act-message").textContent = inWords(error);
        (error.field ?? fields[0])?.focus();
      }
    });
  };
  try {
    fields = fieldsFor(NEEDS[kind], one, await departments(NEEDS[kind], path));
  } catch (error) {
    if (yes.isConnected) slot("act-message").textContent = inWords(error);
    return;
  }
  if (!yes.isConnected) return;
  slot("fields").replaceChildren(...fields.map(({ node }) => node));
  (fields[0] ?? yes).focus();
}

async function departments(needs, path) {
  if (!needs.includes("department") && !needs.includes("parts")) return [];
  halls ??= await call("GET", path);
  return halls.departments;
}

function collect(fields) {
  return Object.assign({}, ...fields.map(({ read }) => read()));
}

async function doIt(kind, one, part, path, body, done) {
  const at = `/cases/${one.number}`;
  if (kind === "close") return done(await send(`${at}/parts/${part.id}/close`, body));
  if (kind === "ask") {
    const { number } = await send(`${path}/matters`, { ...body, kind: "extension", case: one.number });
    return done(null, fill(words.asked, { number }));
  }
  const again = kind === "again" ? { force: true } : {};
  return done(await send(`${at}/${kind === "again" ? "notice" : kind}`, { ...body, ...again }));
}
