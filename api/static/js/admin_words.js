// piccolo-admin's page says some things in English whatever the language, and some signs say nothing: here the server's
// words (admin/page_words.py) take their place. Texts of rows are left alone; moments are told in the hall's time zone.
"use strict";

(() => {
  const html = document.documentElement;
  const { said, called, operations, pointing } = JSON.parse(document.getElementById("words").textContent);
  const ZONE = "defaultTimezone";
  if (html.dataset.zone && !localStorage.getItem(ZONE)) localStorage.setItem(ZONE, html.dataset.zone);

  const FIELD = /\\\{(\w+)\\\}/g;
  const patterns = Object.entries(said).filter(([text]) => text.includes("{")).map(([text, to]) => {
    const form = text.replace(/[.*+?^$()[\]{}|\\]/g, "\\$&").replace(FIELD, "(?<$1>.+)");
    return [new RegExp(`^${form}$`, "s"), to];
  });

  /** What should stand for a text of the page's; the text itself where nothing else is known. */
  function worded(text) {
    const bare = text.trim();
    if (!bare) return text;
    if (Object.hasOwn(said, bare)) return text.replace(bare, () => said[bare]);
    for (const [pattern, to] of patterns) {
      const found = pattern.exec(bare)?.groups;
      if (found) return to.replace(/\{(\w+)\}/g, (_, name) => found[name]);
    }
    return text;
  }

  // Moments ----------------------------------------------------------------------------------------------------------

  const MOMENT = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?$/;
  const DAY = /^\d{4}-\d\d-\d\d$/;
  const CLOCK = /^(\d\d:\d\d):00$/;
  const FORM = { dateStyle: "short", timeStyle: "medium", timeZone: localStorage.getItem(ZONE) || "UTC" };
  const clock = new Intl.DateTimeFormat("sv-SE", FORM); // 2026-03-02 08:30:00

  /** A cell's moment or time of the day as people read it (which is no moment to this). What has no zone is UTC. */
  function timed(text) {
    const [, day, time, zone] = MOMENT.exec(text.trim()) ?? [];
    if (day) return clock.format(new Date(`${day}T${time}${zone ?? "Z"}`));
    return text.trim().replace(CLOCK, "$1");
  }

  globalThis.timed = timed; // lists are exported in the same time

  // What is shown ----------------------------------------------------------------------------------------------------

  let columns = {};
  let locked = [];
  addEventListener("columns", ({ detail }) => {
    columns = Object.fromEntries(Object.entries(detail.properties).map(([name, { title }]) => [name, title]));
    locked = detail.locked;
    mend(document.body);
  });

  /** The title of a column that the page calls by its name; undefined elsewhere. */
  function titled(element, name) {
    if (element?.matches("select[name=column] option, label[for^=csv_]")) return columns[name];
    if (element?.matches(".related_tables .bold:last-child"))
      return pointing[element.parentElement.querySelector(".table")?.textContent]?.[name];
    return undefined;
  }

  function text(node) {
    const title = titled(node.parentElement, node.data);
    if (title) {
      node.data = title;
      return;
    }
    const cell = node.parentElement?.closest("tbody td, .results_list, textarea");
    if (node.parentElement?.closest("textarea, script, style")) return;
    const own = !cell || node.parentElement.closest("td code, .results_list li:not(:has(~ li))") || isChoice(node);
    const better = own ? worded(node.data) : cell.matches("td") ? timed(node.data) : node.data;
    if (cell && (better !== node.data || DAY.test(node.data.trim()))) node.parentElement.classList.add("moment");
    if (better !== node.data && better.trim() !== node.data.trim()) node.data = better;
  }

  /** "All" and "None" before the rows that can be chosen. */
  const isChoice = (node) => ["All", "None"].includes(node.data.trim());

  function attributes(element) {
    for (const name of ["title", "placeholder", "label"]) {
      const value = element.getAttribute(name);
      if (value && worded(value) !== value) element.setAttribute(name, worded(value));
    }
  }

  /** The words that stand over a field. */
  function above(field) {
    for (let e = field; e && !e.matches("#app, .modal"); e = e.parentElement) {
      let before = e.previousElementSibling;
      while (before && !before.matches("label")) before = before.previousElementSibling;
      if (before) return before.firstChild?.textContent.trim();
    }
    return "";
  }

  function name(element) {
    const [, word] = Object.entries(called).find(([selector]) => element.matches(selector)) ?? [];
    const better = word ?? (element.matches("input:not([type=hidden]), select, textarea") ? above(element) || element.placeholder : "");
    if (better && element.getAttribute("aria-label") !== better) element.setAttribute("aria-label", better);
  }

  /** The parts of the page, for who finds his way by them. */
  const ROLES = {
    "#nav": "banner", ".sidebar": "navigation", ".left_column, .inner, .welcome": "main", ".right_column": "search",
    "#overlay .modal": "dialog", ".errors": "alert",
  };
  function place(element) {
    for (const [selector, role] of Object.entries(ROLES)) if (element.matches(selector)) element.setAttribute("role", role);
    if (element.matches("thead th:last-child:empty")) element.textContent = operations;
  }

  /** What nobody may change is shown and not sent. */
  function lock(field) {
    if (!locked.includes(field.name) || !field.closest(".inner form")) return;
    let block = field;
    while (block && !block.querySelector(":scope > label")) block = block.parentElement;
    block?.querySelectorAll("input, select, textarea").forEach((one) => { one.disabled = true; });
  }

  const PLACED = `${Object.keys(ROLES).join(", ")}, thead th:last-child`;
  const NAMED = `input:not([type=hidden]), select, textarea, ${Object.keys(called).join(", ")}`;

  function mend(root) {
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const texts = root.nodeType === Node.TEXT_NODE ? [root] : [];
    while (walk.nextNode()) texts.push(walk.currentNode);
    texts.forEach(text);
    if (root.nodeType !== Node.ELEMENT_NODE) return;
    for (const element of [root, ...root.querySelectorAll("[title], [placeholder], [label]")]) attributes(element);
    for (const element of [root, ...root.querySelectorAll(NAMED)]) if (element.matches(NAMED)) name(element);
    for (const element of [root, ...root.querySelectorAll(PLACED)]) place(element);
    root.querySelectorAll("[name]").forEach(lock);
  }

  document.addEventListener("DOMContentLoaded", () => {
    // Its own changes come back once, find nothing to do, and end there.
    new MutationObserver((changes) => {
      for (const { type, target, addedNodes } of changes) {
        if (type === "childList") addedNodes.forEach(mend);
        else if (type === "characterData") text(target);
        else attributes(target);
      }
    }).observe(document.body, {
      childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ["title", "placeholder", "label"],
    });
    mend(document.body);
  });

  // What is asked and told -------------------------------------------------------------------------------------------

  /** Say something where piccolo-admin says what it did. */
  function tell(contents, type) {
    const { $store } = document.getElementById("app").__vue_app__.config.globalProperties;
    $store.commit("updateApiResponseMessage", { contents, type });
  }
  const [ask, insist] = [window.confirm.bind(window), window.alert.bind(window)];
  window.confirm = (question) => ask(worded(question));
  window.alert = (told) => tell(worded(told), told.startsWith("Successfully") ? "success" : "error");

  // In a list it keeps to itself why a row could not be removed; and it knows nothing of what follows from a change.
  const open = XMLHttpRequest.prototype.open;
  XMLHttpRequest.prototype.open = function (method, url, ...more) {
    if (method.toUpperCase() === "DELETE") this.addEventListener("load", () => refused(this));
    if (method.toUpperCase() !== "GET" && /api\/tables\//.test(url)) this.addEventListener("load", () => followed(this));
    return open.call(this, method, url, ...more);
  };
  function followed({ status, responseText }) {
    if (status >= 300 || !responseText) return;
    const { told } = JSON.parse(responseText);
    if (told) insist(told);
  }
  function refused({ status, responseText }) {
    if (status < 400 || status === 401) return;
    let why = responseText;
    try {
      const answer = JSON.parse(responseText);
      why = answer.custom_form_error ?? answer.detail ?? answer.title ?? responseText;
    } catch { /* the sentence alone */ }
    tell(why, "error");
  }
})();
