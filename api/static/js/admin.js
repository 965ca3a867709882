// The administration's page is piccolo-admin's; here it learns the house's manners: one language, one sign-in, one account,
// and no buttons for what the table or the officer's role does not allow.
"use strict";

(() => {
  const html = document.documentElement;
  const CHOICE = "piccoloAdminDefaultLanguage";
  localStorage.setItem(CHOICE, html.lang.toLowerCase());

  /** Its own choice of language is the house's: tables, messages and all other pages follow. */
  function listen() {
    const wished = localStorage.getItem(CHOICE).toLowerCase();
    if (wished !== html.lang.toLowerCase()) location.replace(`?lang=${wished === "en" ? "en" : "zh_CN"}${location.hash}`);
  }

  /** Where the page stands: "#/窗口/3" is row 3 of a table. */
  const place = () => decodeURIComponent(location.hash.slice(2).split("?")[0]).split("/");

  async function arrive() {
    const [table] = place();
    if (table === "login") {
      const back = new URLSearchParams(location.hash.split("?")[1]).get("nextURL") ?? "/";
      location.replace(`/sign-in?next=${encodeURIComponent(`/admin/#${back}`)}`);
      return;
    }
    html.dataset.acts = "";
    if (!table || ["forms", "change-password"].includes(table)) return;
    const answer = await fetch(`api/tables/${encodeURIComponent(table)}/schema/`).catch(() => null);
    if (!answer?.ok || table !== place()[0]) return;
    const { title: name, extra, properties } = await answer.json();
    if (name !== table) { // an address in another language
      location.replace(location.hash.replace(/^#\/[^/?]+/, `#/${encodeURIComponent(name)}`));
      return;
    }
    const key = { name: extra.primary_key_name, title: extra.primary_key_title };
    const locked = Number(place()[1]) ? [...extra.kept, ...extra.fixed] : extra.kept;
    dispatchEvent(new CustomEvent("columns", { detail: { properties, key, locked } }));
    html.dataset.acts = html.dataset.mood === "edits" ? extra.acts.join(" ") : "";
  }

  // It moves by the history, which tells nobody: a look at every change of what it shows is enough.
  let stood;
  const look = () => {
    listen();
    if (stood === location.hash) return;
    stood = location.hash;
    arrive();
  };
  document.addEventListener("DOMContentLoaded", () => {
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
    look();
  });
  addEventListener("hashchange", look);

  // Passwords and second factors are the account's, on the house's own page.
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("a[href*='change-password'], a[href*='mfa-setup']")) return;
    event.preventDefault();
    event.stopPropagation();
    location.assign("/account");
  }, true);
})();
