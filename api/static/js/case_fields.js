// The fields that actions on cases are made of. Each gives `{node, focus, read}`; `read` gives its share of the body.
import { fill } from "./api.js";
import { element, lines, words } from "./case_words.js";
import { Ticks } from "./ticks.js";

const DATES = ["began_on", "ended_on", "dated_on", "delivered_on"];

/** `needs`: names, `!` behind those that must be filled in. `departments`: the hall's. */
export function fieldsFor(needs, one, departments) {
  return needs.map((need) => {
    const name = need.replace("!", "");
    if (DATES.includes(name)) return date(name);
    const make = { missing, materials, procedure, days, department, parts }[name] ?? text;
    return make(name, one, departments, need.endsWith("!"));
  });
}

function field(name, label, input) {
  const node = element("div", "", { className: "field" });
  input.id = `act-${name}`;
  node.append(element("label", label, { htmlFor: input.id }), input);
  return { node, focus: () => input.focus() };
}

function text(name, one, _, required) {
  const input = element("textarea", "", { rows: 2, maxLength: 500, required });
  if (name === "text") input.value = fill(words.ask_text, { number: one.number, item: one.item.name });
  const label = name === "opinion" ? words.opinion : words.fields[name === "reason" && !required ? "reason_optional" : name];
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    input.form.requestSubmit();
  });
  // The authority that a case is reported to stands in its note.
  return { ...field(name, label, input), read: () => ({ [name === "authority" ? "note" : name]: input.value.trim() }) };
}

function missing(name) {
  const input = element("textarea", "", { rows: 3, maxLength: 2000 });
  return { ...field(name, words.fields.missing, input), read: () => ({ missing: lines(input.value) }) };
}

function date(name) {
  const input = element("input", "", { type: "date" });
  return { ...field(name, words.fields[name], input), read: () => (input.value ? { [name]: input.value } : {}) };
}

function days(name) {
  const input = element("input", "", { type: "number", min: 1, max: 10, value: 1, inputMode: "numeric" });
  return { ...field(name, words.fields.days, input), read: () => ({ days: Number(input.value) || 0 }) };
}

function procedure(name) {
  const input = element("select");
  input.append(...Object.entries(words.procedures).map(([code, said]) => new Option(said, code)));
  return { ...field(name, words.fields.procedure, input), read: () => ({ procedure: input.value }) };
}

function department(name, one, departments) {
  const input = element("select");
  input.append(...others(one, departments).map(({ code, name: said }) => new Option(said, code)));
  return { ...field(name, words.fields.department, input), read: () => ({ department: input.value }) };
}

function others(one, departments) {
  return departments.filter(({ name }) => name !== one.unit);
}

/** Which departments do a part of it, and in how many working days each. */
function parts(_, one, departments) {
  const node = element("fieldset", "", { className: "parts" });
  const rows = others(one, departments).map(({ code, name }) => {
    const line = element("div"), label = element("label");
    const tick = element("input", "", { type: "checkbox" });
    const length = element("input", "", { type: "number", min: 1, max: 90, value: Math.max(1, one.days - 1), inputMode: "numeric" });
    length.setAttribute("aria-label", fill(words.days_of, { name }));
    label.append(tick, element("span", name));
    line.append(label, length);
    return { line, tick, length, code };
  });
  node.append(element("legend", words.fields.parts), ...rows.map(({ line }) => line));
  const read = () => ({
    parts: rows.filter(({ tick }) => tick.checked).map(({ code, length }) => ({ department: code, days: Number(length.value) || 1 })),
  });
  return { node, read, focus: () => rows[0]?.tick.focus() };
}

/** What was brought of what is missing. */
function materials(_, one) {
  const node = element("fieldset", "", { className: "ticks" });
  const all = element("button", "", { type: "button" });
  all.dataset.do = "all";
  all.append(element("span"), " ", element("kbd", "F9"));
  node.append(element("legend", words.fields.materials), all, element("ul"));
  const ticks = new Ticks(node);
  ticks.show(one.missing);
  return { node, read: () => ({ materials: ticks.ticked }), focus: () => ticks.focus(), all: () => ticks.toggle() };
}
