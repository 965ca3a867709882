// piccolo-admin shows a form before it knows what the form begins with, and writes that over what somebody typed meanwhile.
// Here a form is seen once everything it begins with has come, or could not be had.
"use strict";

(() => {
  const BEGINNING = /\/api\/(tables\/[^/]+\/(new|schema|\d+)|forms\/[^/]+\/schema)\/$/;
  const { classList } = document.documentElement;
  let coming = 0;

  /** The page fills the form in by itself first: in the same turn, before any timer. */
  const come = () => setTimeout(() => classList.toggle("begins", --coming > 0));

  const { open, send } = XMLHttpRequest.prototype;
  const awaited = new WeakSet();
  XMLHttpRequest.prototype.open = function (method, url, ...more) {
    if (method.toUpperCase() === "GET" && BEGINNING.test(new URL(url, location.href).pathname)) awaited.add(this);
    return open.call(this, method, url, ...more);
  };
  XMLHttpRequest.prototype.send = function (body) {
    if (awaited.has(this)) {
      coming += 1;
      classList.add("begins");
      this.addEventListener("loadend", come, { once: true });
    }
    return send.call(this, body);
  };
})();
