// What piccolo-admin exports from a list is opened with a spreadsheet: it says there what the page says, Excel is told that
// the text is UTF-8, and nothing that a visitor wrote is a formula.
"use strict";

(() => {
  const CELL = /"((?:[^"]|"")*)"/g;
  const FORMULA = /^[=+\-@＝＋－＠\t\r](?![\d.]+$)/; // numbers below nought stay numbers
  const READABLE = "_readable"; // beside a row's number, its name

  let table = { properties: {}, key: {} };
  addEventListener("columns", ({ detail }) => (table = detail));

  const bare = (name) => (name.endsWith(READABLE) ? name.slice(0, -READABLE.length) : name);

  function titled(name, _, all) {
    const title = name === table.key.name ? table.key.title : table.properties[bare(name)]?.title;
    if (!title) return name;
    return all.includes(name + READABLE) ? `${title} ID` : title;
  }

  /** A cell as the page shows it. */
  function shown(cell, name) {
    if (cell === "null") return "";
    const word = Object.values(table.properties[name]?.extra.choices ?? {}).find(({ value }) => String(value) === cell);
    const text = word?.display_name ?? timed(cell);
    return FORMULA.test(text) ? `'${text}` : text;
  }

  function opened(text) {
    const end = text.indexOf("\n"), [head, rows] = [text.slice(0, end), text.slice(end)];
    const comma = head.includes(";") ? ";" : ",", names = head.split(comma);
    let place = 0;
    const cells = rows.replace(CELL, (_, cell) => `"${shown(cell, names[place++ % names.length])}"`);
    return `\ufeff${names.map(titled).join(comma)}${cells}`;
  }

  globalThis.Blob = class extends globalThis.Blob {
    constructor(parts, options) {
      super(options?.type?.startsWith("text/csv") ? [opened(parts.join(""))] : parts, options);
    }
  };
})();
