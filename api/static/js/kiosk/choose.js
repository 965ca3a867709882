// From the doors to an item: start, departments, items.

import { fill, texts } from "../api.js";
import { put } from "../figures.js";
import { get, hoursToday, house, lineOf } from "./house.js";
import { paged, tile } from "./paging.js";
import { go, screen } from "./stage.js";

/** The tile of an item; it leads to its confirmation, or while the hall takes nobody to its times. */
export function itemTile(item) {
  const shut = !house.hall.takes_visitors;
  return {
    text: item.name,
    note: item.agency ? texts().elsewhere : shut && !item.bookable && texts().not_bookable,
    off: shut && !item.bookable,
    choose: () => go(shut ? "times" : "confirm", { item }),
  };
}

screen("start", (section) => {
  const { lines, windows } = house.hall;
  put(section, {
    today: hoursToday(),
    now: fill(texts().now, {
      waiting: lines.reduce((sum, line) => sum + line.waiting, 0),
      open: windows.filter((window) => window.state === "open").length,
    }),
  });
  section.querySelector('[data-go="unsure"]').hidden = !lineOf("first_inquiry");
  document.querySelector('[data-go="complaint"]').disabled = !lineOf("complaint");
  section.querySelector("[data-list]").replaceChildren(...house.favourites.map((item) => tile(itemTile(item))));
});

screen("departments", (section, args) => {
  const zones = house.hall.zones.toSorted((one, other) => one.localeCompare(other, "zh-CN", { numeric: true }));
  const groups = zones.map((zone) => ({
    label: zone,
    tiles: house.hall.departments
      .filter((department) => department.zone === zone)
      .map((department) => ({ text: department.name, choose: () => go("items", { department }) })),
  }));
  paged(section, groups, args);
});

screen("items", (section, args) => {
  put(section, { department: args.department.name });
  paged(section, [{ tiles: args.items.map(itemTile) }], args);
}, async (args) => {
  args.items ??= await itemsOf(args.department.code);
});

async function itemsOf(department) {
  const items = [];
  let cursor = "0";
  while (cursor !== null) {
    const page = await get(`/halls/${house.code}/items?${new URLSearchParams({ department, cursor })}`);
    items.push(...page.items);
    cursor = page.cursor;
  }
  return items;
}
