// piccolo-admin's clock for its messages may find itself a moment short and leave one standing, over the button that saves; or
// it takes the next message along. Here each stands for its own while, and is in nobody's way.
"use strict";

(() => {
  const WHILE = 5000; // milliseconds
  const told = document.createElement("p");
  told.id = "told";
  told.setAttribute("role", "alert");
  let leaving;

  function show({ contents, type }) {
    clearTimeout(leaving);
    told.className = type;
    told.textContent = contents;
    leaving = setTimeout(() => told.replaceChildren(), WHILE);
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.body.append(told);
    new MutationObserver((_, begun) => {
      const store = document.getElementById("app")?.__vue_app__?.config.globalProperties.$store;
      if (!store) return;
      begun.disconnect();
      store.watch((state) => state.apiResponseMessage, show);
    }).observe(document.body, { childList: true, subtree: true });
  });
})();
