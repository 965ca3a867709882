// piccolo-admin's forms ask for words to be typed; where the schema of a field has choices, one is chosen from a list, and
// where it has offers, whoever types sees what there is.
"use strict";

(() => {
  const store = () => document.getElementById("app")?.__vue_app__?.config.globalProperties.$store;

  /** The list takes the field's place, and its name: what is sent is what was chosen. */
  function offer(field, name, choices, first) {
    field.type = "hidden";
    field.removeAttribute("name");
    field.removeAttribute("aria-label");
    const list = document.createElement("select");
    list.name = name;
    list.append(...(choices.includes(first) ? [] : [new Option("", "")]), ...choices.map((word) => new Option(word, word)));
    list.value = first;
    field.after(list);
  }

  const offered = new WeakMap(); // field -> what is offered there

  /** What there is appears while somebody types: by what is written, or by what it is called. */
  function suggest(field, offers) {
    if (offered.get(field) === offers) return;
    offered.set(field, offers);
    field.list?.remove();
    field.removeAttribute("list");
    if (!offers) return;
    const list = document.createElement("datalist");
    list.id = `offers-${field.name}`;
    list.append(...offers.map(([word, called]) => new Option(called, word)));
    field.after(list);
    field.setAttribute("list", list.id);
    field.autocomplete = "off"; // what was typed here once may be of another hall
  }

  let place;

  /** Whoever comes to another form finds it empty: without what the last one told, which may be a password. */
  function begin() {
    place = location.hash;
    document.querySelector("#success_message + ul a[href='#']")?.click();
  }

  function look() {
    if (!location.hash.startsWith("#/forms/")) return;
    if (location.hash !== place) begin();
    const asked = store()?.state.formSchema?.properties ?? {};
    for (const field of document.querySelectorAll(".inner form input[name]")) {
      const { choices, offers, default: first = "" } = asked[field.name] ?? {};
      if (choices) offer(field, field.name, choices, first);
      else suggest(field, offers);
    }
  }

  addEventListener("hashchange", look);
  document.addEventListener("DOMContentLoaded", () => {
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
})();
