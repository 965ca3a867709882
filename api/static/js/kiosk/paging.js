// Lists in pages that fit the screen: nothing to scroll, two large buttons to turn.

import { fill, texts } from "../api.js";
import { put } from "../figures.js";
import { read } from "./reader.js";

const chunk = (list, size) =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, place) => list.slice(place * size, (place + 1) * size));

/** A button of a list: `text`, a smaller `note` below, `choose` when touched; `off`: it cannot be. */
export function tile({ text, note, off = false, choose }) {
  const button = document.createElement("button");
  button.className = "tile";
  button.disabled = off;
  const words = document.createElement("span");
  words.textContent = text;
  button.append(words);
  if (note) button.append(Object.assign(document.createElement("small"), { textContent: note }));
  button.addEventListener("click", choose);
  return button;
}

/**
 * Fill the list in `section` with one page of `groups` `[{label, tiles}]`, each group beginning a new row.
 * The sheet says how many rows and columns a page has; `args.page` keeps the place for whoever comes back.
 */
export function paged(section, groups, args) {
  const list = section.querySelector("[data-list]");
  const style = getComputedStyle(list);
  const [rows, columns] = ["--rows", "--columns"].map((name) => Number(style.getPropertyValue(name)));
  const lines = groups.flatMap(({ label, tiles }) => chunk(tiles, columns).map((row) => ({ label, row })));
  const pages = chunk(lines, rows);
  const page = Math.min(args.page ?? 0, Math.max(0, pages.length - 1));
  list.replaceChildren(...(pages[page] ?? []).flatMap(row));
  put(section, { page: pages.length > 1 ? fill(texts().page, { page: page + 1, pages: pages.length }) : "" });
  const pager = section.querySelector("[data-pager]");
  pager.hidden = pages.length < 2;
  for (const button of pager.querySelectorAll("[data-turn]")) {
    const goal = page + Number(button.dataset.turn);
    button.disabled = !(goal in pages);
    button.onclick = () => {
      args.page = goal;
      paged(section, groups, args);
      read(section);
    };
  }
}

function row({ label, row }, place, page) {
  if (label === undefined) return row.map(tile);
  const goesOn = label === page[place - 1]?.label;
  const head = document.createElement(goesOn ? "span" : "h2");
  head.className = "zone";
  head.textContent = goesOn ? "" : label;
  return [head, ...row.map(tile)];
}
