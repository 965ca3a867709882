// What is shown anew keeps the keyboard where it was.

const STOPS = "a[href], button, input, select, textarea";

const mark = (stop) => stop.id || stop.getAttribute("href") || (stop.name ? `${stop.name}=${stop.value}` : stop.textContent.trim());

/** Note what has the focus in `root`; gives what returns it to the same thing once that was replaced, or to `instead()`. */
export function heldFocus(root, instead) {
  const before = document.activeElement;
  if (!root.contains(before)) return () => {};
  const marked = mark(before);
  return () => {
    if (document.activeElement !== document.body) return;
    const same = [...root.querySelectorAll(STOPS)].find((stop) => mark(stop) === marked && stop.checkVisibility());
    (same ?? instead()).focus({ preventScroll: true });
  };
}
