// What an import would change, sheet by sheet, or what is wrong with its file: drawn so that a person can judge it.
import { fill } from "./api.js";

const KINDS = ["added", "changed", "removed"];
const FEW = 30;
const at = (id) => document.getElementById(id);

/** An element with a class and text. */
function made(tag, text = "", className = "") {
  return Object.assign(document.createElement(tag), { textContent: text, className });
}

/** Counts first, then every sheet that changes; long ones are closed. */
export function draw(said, words) {
  at("faults").hidden = true;
  at("counts").hidden = said.sheets.length === 0;
  at("counts").replaceChildren(
    ...KINDS.map((kind) => {
      const one = made("div");
      one.dataset.kind = kind;
      one.append(made("dt", words.kinds[kind]), made("dd", said.counts[kind]));
      return one;
    }),
  );
  at("sheets").replaceChildren(...said.sheets.map((sheet) => drawSheet(sheet, words)));
}

function drawSheet(sheet, words) {
  const details = document.createElement("details");
  details.open = KINDS.reduce((sum, kind) => sum + sheet.counts[kind], 0) <= FEW;
  const told = KINDS.filter((kind) => sheet.counts[kind]).map((kind) => `${words.kinds[kind]} ${sheet.counts[kind]}`);
  const summary = made("summary");
  summary.append(made("b", fill(words.of_file, sheet)), " ", made("small", told.join(" · ")));
  details.append(summary);
  for (const kind of KINDS) if (sheet.counts[kind]) details.append(drawRows(sheet, kind, words));
  return details;
}

function drawRows(sheet, kind, words) {
  const list = made("ul");
  list.setAttribute("aria-label", words.kinds[kind]);
  list.dataset.kind = kind;
  const sign = () => made("span", words.kinds[kind], "sign");
  for (const row of sheet[kind]) {
    const item = made("li");
    item.append(sign(), " ", made("span", kind === "changed" ? row.row : row));
    for (const field of row.fields ?? []) item.append(drawField(field, words));
    list.append(item);
  }
  const more = sheet.counts[kind] - sheet[kind].length;
  if (more) list.append(made("li", fill(words.more, { count: more }), "more"));
  return list;
}

function drawField(field, words) {
  const line = made("p", "", "field");
  const before = made("del", field.before || words.nothing_said);
  const after = made("ins", field.after || words.nothing_said);
  line.append(made("b", field.column), " ", before, " → ", after);
  return line;
}

/** Every fault with its place as the file's own program shows it. */
export function drawFaults(said, words) {
  at("counts").hidden = true;
  at("sheets").replaceChildren();
  at("fault-rows").replaceChildren(
    ...said.faults.map((fault) => {
      const sheet = fault.sheet_name ? fill(words.of_file, { name: fault.sheet_name, file: fault.sheet }) : fault.sheet;
      const column = fault.column_name ? fill(words.of_file, { name: fault.column_name, file: fault.column }) : fault.column;
      const line = made("td", fault.line ?? "");
      if (fault.line) line.dataset.label = words.line; // where there is no room for a head
      const row = made("tr");
      row.append(
        Object.assign(made("th", sheet), { scope: "row" }),
        line,
        made("td", [fault.letter, column].filter(Boolean).join(" ")),
        made("td", fault.reason),
      );
      return row;
    }),
  );
  const more = said.count - said.faults.length;
  at("more-faults").hidden = more === 0;
  at("more-faults").textContent = fill(words.more, { count: more });
  at("faults").hidden = false;
}
