// Items by words or pinyin initials, with letters to touch; a real keyboard works too.

import { fill, texts } from "../api.js";
import { put } from "../figures.js";
import { itemTile } from "./choose.js";
import { get, house } from "./house.js";
import { paged } from "./paging.js";
import { again, go, heading, screen } from "./stage.js";
import { unsure } from "./take.js";

/** Screens on which a letter begins a search. */
const FROM = new Set(["start", "departments", "items"]);
const PAUSE = 120; // milliseconds without a letter before the server is asked

const EDITS = { erase: (words) => words.slice(0, -1), clear: () => "" };

const wordsOf = (args) => (args.words ?? "").trim();

screen("search", (section, args) => {
  const input = section.querySelector("input");
  const { found, answered: words } = args;
  if (words !== wordsOf(args)) return; // letters came meanwhile: their own answer is on its way
  if (input.value.trim() !== words && document.activeElement !== input) input.value = args.words ?? "";
  const say = texts();
  const helped = { text: say.unsure, note: say.unsure_lead, choose: unsure };
  paged(section, [{ tiles: found.total ? found.items.map(itemTile) : [helped] }], args);
  put(section, { found: words && fill(found.total ? say.found : say.none_found, { total: found.total, words }) });

  let timer;
  const changed = () => {
    clearTimeout(timer);
    Object.assign(args, { words: input.value, page: 0 });
    timer = setTimeout(again, PAUSE);
  };
  input.oninput = changed;
  for (const key of section.querySelectorAll("[data-key]")) {
    key.onpointerdown = (event) => event.preventDefault(); // the focus stays in the field
    key.onclick = () => {
      const edit = EDITS[key.dataset.key] ?? ((words) => (words + key.dataset.key).slice(0, input.maxLength));
      input.value = edit(input.value);
      changed();
    };
  }
}, async (args) => {
  const words = wordsOf(args);
  if (args.answered === words) return;
  const found = await get(`/halls/${house.code}/items?${new URLSearchParams({ q: words })}`);
  if (words === wordsOf(args)) Object.assign(args, { found, answered: words });
});

/** A key pressed on screen `name`, perhaps while the search is coming: who types fast need not wait for the field. */
export function typeAhead(name, { key, repeat }) {
  const letter = /^[a-z]$/i.test(key);
  if (!FROM.has(name) || repeat || !(letter || key === "Backspace")) return false;
  const { name: coming, args } = heading();
  if (coming === "search") {
    const words = args.words ?? "";
    args.words = letter ? (words + key).slice(0, document.getElementById("words").maxLength) : EDITS.erase(words);
    again();
  } else if (letter) go("search", { words: key });
  return true;
}
