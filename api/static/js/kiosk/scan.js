// A scanner types what it reads like a keyboard, faster than anybody, and ends with Enter. Links may be pasted too.

import { codeIn } from "../appointments.js";

const GAP = 150; // milliseconds between two signs of the same scan

/** `handle(code)` is told of each code that comes in, and says whether it takes it. */
export function onScan(handle) {
  let read = "", last = 0;
  const take = (text) => {
    const code = codeIn(text);
    return code !== null && handle(code);
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const fast = event.timeStamp - last < GAP;
    if (event.key === "Enter") {
      if (fast && take(read)) {
        event.preventDefault();
        event.stopImmediatePropagation();
      }
      read = "";
    } else if (event.key.length === 1) {
      read = (fast ? read : "") + event.key;
      last = event.timeStamp;
    }
  }, { capture: true });
  document.addEventListener("paste", (event) => {
    if (take(event.clipboardData.getData("text"))) event.preventDefault();
  }, { capture: true });
}
