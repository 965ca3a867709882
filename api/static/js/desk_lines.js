// Choosing a line, with who waits there now.
import { call, fill, texts } from "./api.js";
import { attempt } from "./desk_say.js";
import { Picker } from "./picker.js";

const words = texts();
const at = (id) => document.getElementById(id);
const dialog = at("lines");
const picker = new Picker(at("lines-filter"), at("lines-list"), words.no_match);

dialog.querySelector("[data-cancel]").addEventListener("click", () => dialog.close());

/**
 * Ask for a line of `hall`, whose figures are read anew at `path`; `may(line)`: it can be chosen. Gives the picker's
 * option, or null. The panel opens at once: what is typed after the key must reach it.
 */
export async function chooseLine(path, hall, title, current, may) {
  at("lines-title").textContent = title;
  at("lines-filter").value = at("lines-message").textContent = "";
  show(hall, current, may);
  dialog.showModal();
  at("lines-filter").focus();
  attempt(async () => show(await call("GET", path), current, may));
  return new Promise((resolve) => {
    let given = null;
    dialog.querySelector("form").onsubmit = (event) => {
      given = picker.option;
      if (given) return;
      event.preventDefault();
      at("lines-message").textContent = words.choose_line;
    };
    dialog.onclose = () => resolve(given);
  });
}

function show({ lines }, current, may) {
  const options = lines.map((line) => {
    const { prefix, name, zone, waiting, open } = line;
    const figures = open ? fill(words.line_figures, { waiting, open }) : words.no_window_open;
    return { value: prefix, mark: prefix, name, note: `${figures} · ${zone}`, off: !may(line) };
  });
  picker.show([{ name: words.lines, options }], current);
}
