// Accepting from the visitor who is served (受理, R2): the dialog of templates/accept_dialog.html. What will come of it is
// said before the button is pressed, and the button names the paper.
import { fill } from "./api.js";
import { ItemSeek } from "./accept_item.js";
import { element, inWords, lines, paper, slots, stand } from "./case_words.js";
import { press, send } from "./console_press.js";
import { printPage } from "./printing.js";
import { Ticks } from "./ticks.js";

const texts = JSON.parse(document.getElementById("accept-texts").textContent);
const dialog = document.getElementById("accept");
const form = dialog.querySelector("form");
const { elements } = form;
const slot = slots(dialog);
const button = (name) => dialog.querySelector(`[data-do=${name}]`);
const primary = form.querySelector(".primary");

/** Beside which field a refusal belongs; of two, the one that looks wrong. */
const FIELDS = {
  name_needed: ["name", "agent_name"], name_too_long: ["name", "agent_name"], invalid_name: ["name", "agent_name"],
  unit_too_long: ["name"], invalid_phone: ["phone", "agent_phone"], invalid_id_number: ["id_number", "agent_id"],
  invalid_credit_code: ["id_number"], address_too_long: ["address"], reason_needed: ["why"], nothing_missing: ["missing"],
  materials_missing: ["materials"], form_only: ["kind"], kind_not_allowed: ["kind"], item_needed: ["item"],
  item_not_here: ["item"], unknown_item: ["item"], not_of_this_centre: ["item"],
};
const LOOKS_RIGHT = {
  name: /^[^\d\s]{2}/, agent_name: /^[^\d\s]{2}/, phone: /^(\D*\d){7}/, agent_phone: /^(\D*\d){11}/,
  id_number: /^\S{18}$/, agent_id: /^\S{18}$/,
};

let ticket = null; // of whom it is accepted
let hall, window_, kinds, settle;
let item = null;
let made = null; // the case, once it is one

const ticks = new Ticks(slot("materials"), foretell);
const seek = new ItemSeek({
  seek: document.getElementById("accept-seek"), list: slot("items"), said: slot("no-items"), none: texts.no_item,
  path: () => `/halls/${encodeURIComponent(hall)}`, window: () => window_, taken: take,
});

dialog.addEventListener("close", () => settle?.(made));
dialog.addEventListener("keydown", (event) => {
  if (event.key !== "F9") return;
  event.preventDefault();
  if (!event.repeat && !form.hidden && item && ticks.toggle() && !elements.name.value) elements.name.focus();
});
form.addEventListener("input", ({ target }) => {
  if (target.matches("[aria-invalid]")) blame(null); // it is being mended
  foretell();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  press(primary, accept);
});
form.querySelector("[data-cancel]").addEventListener("click", () => dialog.close());
button("item").addEventListener("click", () => search(slot("seek").hidden));
button("print").addEventListener("click", () => press(button("print"), async () => printPage(made.papers.at(-1).url)));
button("decide").addEventListener("click", () => press(button("decide"), decide));
button("close").addEventListener("click", () => dialog.close());

/**
 * Accept from `here`, the ticket being served, at `window` of `hall`; `kinds`: texts of what items are. Gives the case
 * as it stands when the dialog is closed, or null; `look(number)` opens a case. What was typed for a ticket is kept
 * until it is accepted.
 */
export function acceptFrom(here, { hall: code, window, kinds: known, look }) {
  [hall, window_, kinds] = [code, window, known];
  button("open").onclick = () => {
    dialog.close();
    look(made.number);
  };
  if (ticket?.id !== here.id || made) begin(here);
  made = null;
  form.hidden = false;
  slot("accepted").hidden = true;
  slot("message").textContent = "";
  dialog.showModal();
  (item ? slot("materials").hidden ? elements.name : ticks : seek.seek).focus();
  return new Promise((resolve) => { settle = resolve; });
}

/** Whether this case is what the officer was told of: said in one line. */
export function saidOf(case_) {
  return fill(texts.said, { ticket: ticket.number, number: case_.number, state: case_.state_text });
}

export function closeAccept() {
  dialog.close();
}

function begin(here) {
  ticket = here;
  form.reset();
  blame(null);
  slot("agent").open = false;
  slot("ticket").textContent = here.number;
  slot("visitor").textContent = here.visitor ? fill(texts.visitor, here) : "";
  item = here.item?.line ? here.item : null;
  show();
  search(!item);
}

/** Show or hide the search for another item. */
function search(open) {
  slot("seek").hidden = !open;
  button("item").setAttribute("aria-expanded", String(open));
  button("item").hidden = !item;
  if (!open) return seek.stop();
  seek.seek.value = "";
  seek.look();
  seek.seek.focus();
}

function take(chosen) {
  item = chosen;
  blame(null);
  show();
  search(false);
  (item.materials.length ? ticks : elements.name).focus();
}

function show() {
  slot("item").textContent = item?.name ?? texts.choose_item;
  slot("about").textContent = item ? about(item.kind) : "";
  const others = Object.keys(kinds).filter((kind) => kind !== item?.kind && kind !== "immediate");
  slot("kind").hidden = !item || item.form_only;
  elements.kind.replaceChildren(
    new Option(item ? fill(texts.usual, { kind: about(item.kind) }) : "", ""),
    ...(item && !item.form_only ? others.map((kind) => new Option(about(kind), kind)) : []),
  );
  ticks.show(item?.materials ?? []);
}

function about(kind) {
  return fill(kinds[kind], { days: item.case_days });
}

/** `accept`, `notice`, `later` or `refuse`. */
function outcome() {
  if (elements.way.value === "refuse") return "refuse";
  if (complete()) return "accept";
  return elements.way.value || "notice";
}

function complete() {
  return ticks.all && !lines(elements.missing.value).length;
}

/** Say what will come of it, as things are ticked and written. */
function foretell() {
  const company = elements.company.value === "yes";
  for (const label of form.querySelectorAll("[data-of]")) label.hidden = (label.dataset.of === "company") !== company;
  const whole = complete();
  slot("later").hidden = whole;
  if (whole && elements.way.value === "later") elements.way.value = "";
  const comes = outcome();
  slot("way").textContent = texts.way[whole ? "accept" : "notice"];
  slot("why").hidden = !["later", "refuse"].includes(comes);
  slot("why_kind").hidden = !elements.kind.value;
  const kind = elements.kind.value || item?.kind;
  const days = kind === "immediate" ? texts.today : fill(texts.days, { days: item?.case_days });
  const missing = [...ticks.left, ...lines(elements.missing.value)].join("、");
  slot("comes").dataset.comes = comes;
  put(slot("comes"), item ? fill(texts.comes[comes], { days, missing }) : texts.choose_item);
  put(slot("press"), texts.press[comes]);
}

/** Say it once, though it is written at every stroke. */
function put(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

async function accept() {
  blame(null);
  if (!item) return blame("item", texts.choose_item);
  const comes = outcome();
  const value = (name) => elements[name].value.trim();
  const agent = { name: value("agent_name"), phone: value("agent_phone"), id_number: value("agent_id") };
  const body = {
    item: item.code,
    kind: elements.kind.value || null,
    why_kind: elements.kind.value ? value("why_kind") : "",
    applicant: {
      name: value("name"), company: elements.company.value === "yes", phone: value("phone"),
      id_number: value("id_number"), address: value("address"),
      agent: Object.values(agent).some(Boolean) ? agent : null,
    },
    materials: ticks.ticked,
    missing: lines(elements.missing.value),
    complete: comes === "accept",
    why_later: comes === "later" ? value("why") : "",
    refuse: comes === "refuse" ? value("why") : "",
  };
  if (slot("why").hidden === false && !body.why_later && !body.refuse) return blame("why", texts.why);
  if (body.kind && !body.why_kind) return blame("why_kind", texts.why);
  try {
    made = await send(`/tickets/${ticket.id}/accept`, body);
  } catch (error) {
    const fields = FIELDS[error.code] ?? [];
    const wrong = fields.find((name) => LOOKS_RIGHT[name] && value(name) && !LOOKS_RIGHT[name].test(value(name)));
    return blame(wrong ?? fields[0], inWords(error));
  }
  result();
}

/** Say beside a field what is wrong with it, and go there; without a field, above the button. */
function blame(name, text = "") {
  for (const fault of form.querySelectorAll("[data-fault]")) fault.textContent = "";
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  const fault = name && form.querySelector(`[data-fault=${name}]`);
  (fault ?? slot("message")).textContent = text;
  if (!fault) return;
  slot("message").textContent = "";
  if (name.startsWith("agent")) slot("agent").open = true;
  fault.scrollIntoView({ block: "center" }); // the foot must not cover it
  const field = form.querySelector(`[name=${name}]`);
  field?.setAttribute("aria-invalid", "true");
  if (name === "item") search(true);
  else (field ?? ticks).focus({ preventScroll: true });
}

function result() {
  form.hidden = true;
  slot("accepted").hidden = false;
  slot("number").textContent = made.number;
  slot("stand").replaceChildren(...stand(made).slice(0, 2));
  slot("due").textContent = made.decided_on ? "" : made.due_text;
  slot("lacking").hidden = !made.missing.length;
  slot("lacking").querySelector("ul").replaceChildren(...made.missing.map((name) => element("li", name)));
  slot("said").textContent = "";
  slot("papers").replaceChildren(...made.papers.map(paper));
  button("print").hidden = !made.papers.length;
  button("decide").hidden = !(made.kind === "immediate" && made.actions.includes("decide"));
  (made.papers.length ? button("print") : button("close")).focus();
}

/** What is done the same day is often done at once (R22). */
async function decide() {
  try {
    made = await send(`/cases/${made.number}/decide`, {});
    result();
  } catch (error) {
    slot("said").textContent = inWords(error);
  }
}
