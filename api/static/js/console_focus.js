// The keyboard's place on the page: it is never lost, and arrows walk through the lists.

const lists = document.querySelector(".lists, [data-lists]");
const main = document.getElementById("main");

/** Change the page; when what had the focus is gone, the next in its list gets it, else `instead`. */
export function keepFocus(change, instead = main) {
  const focused = document.activeElement;
  const list = focused?.closest("[data-list]");
  const at = list ? stops(list).indexOf(focused) : -1;
  change();
  if (focused === document.body || focused?.getClientRects().length) return;
  const left = at < 0 ? [] : stops(list);
  (left[at] ?? left.at(-1) ?? instead).focus();
}

/** Let Tab stop once in a list; call it when its rows have changed. */
export function oneStop(list, stop) {
  const all = stops(list);
  const chosen = stop ?? all.find(({ tabIndex }) => tabIndex === 0) ?? all[0];
  for (const other of all) other.tabIndex = other === chosen ? 0 : -1;
}

function stops(list) {
  return [...list.querySelectorAll("[data-stop]")];
}

lists.addEventListener("focusin", ({ target }) => {
  if (target.matches("[data-stop]")) oneStop(target.closest("[data-list]"), target);
});

lists.addEventListener("keydown", (event) => {
  const all = stops(lists);
  const at = all.indexOf(event.target);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (at < 0 || to === undefined) return;
  event.preventDefault();
  all[to]?.focus();
});
