// Items by words or pinyin initials, with letters to touch; a real keyboard works too.

import { fill, texts } from "../api.js";
import { put } from "../figures.js";
import { itemTile } from "./choose.js";
import { get, house } from "./house.js";
import { paged } from "./paging.js";
import { again, screen } from "./stage.js";
import { unsure } from "./take.js";

const PAUSE = 120; // milliseconds without a letter before the server is asked

const EDITS = { erase: (words) => words.slice(0, -1), clear: () => "" };

screen("search", async (section, args) => {
  const input = section.querySelector("input");
  const words = (args.words ?? "").trim();
  if (args.answered !== words) {
    const found = await get(`/halls/${house.code}/items?${new URLSearchParams({ q: words })}`);
    if ((args.words ?? "").trim() !== words) return; // letters came meanwhile: their own answer is on its way
    Object.assign(args, { found, answered: words });
  }
  const { found } = args;
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
});
