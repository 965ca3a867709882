// piccolo-admin sends the whole form of a row, whatever was changed in it. Here only what somebody changed goes out, so that
// he takes nothing back that happened meanwhile: a window that was opened, a screen that was heard from.
"use strict";

(() => {
  const ROW = /\/api\/tables\/[^/]+\/(\d+)\/$/;
  const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;
  const TIME = /^\d\d:\d\d(?=:00$)/;
  const shown = new Map(); // path of a row -> what it held when its form was filled

  /** A value as itself and as the form writes it: the same text. */
  function plain(value) {
    const text = typeof value === "object" && value !== null ? JSON.stringify(value) : String(value ?? "").trim();
    if (MOMENT.test(text)) return Math.floor(Date.parse(text) / 1000); // forms know no parts of a second
    if (!/^[[{]/.test(text)) return TIME.exec(text)?.[0] ?? text;
    try {
      return JSON.stringify(JSON.parse(text));
    } catch {
      return text;
    }
  }

  const isSame = (sent, held) => (typeof held === "number" && sent !== null && sent !== "" ? Number(sent) === held : plain(sent) === plain(held));

  /** The row whose own page this is, by the address of a request; undefined for others, as in lists. */
  function rowOf(url) {
    const { pathname } = new URL(url, location.href);
    const number = ROW.exec(pathname)?.[1];
    return number && location.hash.split("?")[0].split("/")[2] === number ? pathname : undefined;
  }

  const { open, send } = XMLHttpRequest.prototype;
  const edits = new WeakMap(); // request -> path of the row that it changes
  XMLHttpRequest.prototype.open = function (method, url, ...more) {
    const row = rowOf(url);
    if (row && method.toUpperCase() === "PATCH") edits.set(this, row);
    if (row && method.toUpperCase() === "GET")
      this.addEventListener("load", () => this.status === 200 && shown.set(row, JSON.parse(this.responseText)));
    return open.call(this, method, url, ...more);
  };
  XMLHttpRequest.prototype.send = function (body) {
    const held = shown.get(edits.get(this));
    if (!held) return send.call(this, body);
    const changed = Object.entries(JSON.parse(body)).filter(([name, value]) => !isSame(value, held[name]));
    const told = Object.fromEntries(changed);
    this.addEventListener("load", () => this.status === 200 && Object.assign(held, told));
    return send.call(this, JSON.stringify(told));
  };
})();
