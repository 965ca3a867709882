// Who serves what is not served here (R5): the directory, and the slip that a visitor is given.
import { call, fill, texts, Unreachable } from "./api.js";
import { press, send } from "./console_press.js";
import { attempt } from "./desk_say.js";
import { Picker } from "./picker.js";
import { printPage } from "./printing.js";

const words = texts();
const at = (id) => document.getElementById(id);
const dialog = at("agencies");
const picker = new Picker(at("agencies-filter"), at("agencies-list"), words.no_match);

dialog.querySelector("[data-cancel]").addEventListener("click", () => dialog.close());

/** Record that a visitor was told where to go, `{agency?, item?}`, and print it for him; gives the words for it. */
export async function guideTo(path, about) {
  const given = await send(`${path}/guidance`, about);
  printPage(given.url);
  return fill(words.done.guidance, given);
}

/** Let `button` open the directory of the hall at `path`. */
export function openAgencies(path, button) {
  const look = () => attempt(async () => {
    const { agencies } = await call("GET", `${path}/agencies`);
    picker.show([{ name: fill(words.agencies_all, { count: agencies.length }), options: agencies.flatMap(options) }]);
  });
  button.addEventListener("click", () => {
    at("agencies-filter").value = at("agencies-message").textContent = "";
    dialog.showModal(); // at once: what is typed after the key must reach it
    at("agencies-filter").focus();
    look();
  });
  look();
  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const { option } = picker;
    if (!option) return;
    const [agency, item] = option.value.split(" ");
    press(dialog.querySelector(".primary"), () => attempt(async () => {
      try {
        const said = await guideTo(path, item ? { agency: Number(agency), item } : { agency: Number(agency) });
        dialog.close();
        return said;
      } catch (error) {
        at("agencies-message").textContent = error instanceof Unreachable ? words.not_sent : error.message;
        throw error;
      }
    }));
  });
}

/** One row per item that the agency serves, so that the slip names what the visitor came for. */
function options({ id, name, address, phone, items }) {
  const note = [name, address, phone].filter(Boolean).join(" · ");
  if (!items.length) return [{ value: String(id), mark: "", name, note }];
  return items.map((item) => ({ value: `${id} ${item.code}`, mark: "", name: item.name, note }));
}
