// What was promised and what it took (R33), beside the open cases.
import { call } from "./api.js";

/** Fill the table under `root` for a hall; it stays away while nothing has been decided. */
export async function showSpeed(root, path) {
  const { kinds } = await call("GET", `${path}/case-figures`);
  root.hidden = !kinds.length;
  root.querySelector("tbody").replaceChildren(...kinds.map(row));
}

function row(one) {
  const line = document.createElement("tr");
  const cells = [
    one.kind_text, one.cases, `${Math.round((100 * one.on_time) / one.cases)}%`,
    one.statutory_days, one.promised_days, one.actual_days, `${one.faster_percent}%`,
  ];
  line.append(...cells.map((said) => Object.assign(document.createElement("td"), { textContent: said })));
  return line;
}
