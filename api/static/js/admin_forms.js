// piccolo-admin's forms ask for words to be typed; where the schema of a field names some, they are chosen from a list.
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
      const { choices, default: first = "" } = asked[field.name] ?? {};
      if (choices) offer(field, field.name, choices, first);
    }
  }

  addEventListener("hashchange", look);
  document.addEventListener("DOMContentLoaded", () => {
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
})();
