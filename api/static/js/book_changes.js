// Booking pages that are open follow the hall: items, days and times are shown anew, what is being filled in stays as it is.

import { followChanges } from "./changes.js";
import { heldFocus } from "./focus.js";

/** Phones do not all ask in the same moment. */
const SPREAD_MS = 400;

const main = document.getElementById("main");
const told = document.getElementById("told");

/** The `main` of a page of ours; null when the server did not give one. */
export async function fetchMain(address, signal) {
  const answer = await fetch(address, { headers: { Accept: "text/html" }, signal });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.querySelector("main[data-edition]");
}

/** Replace what stands in `place` by what stands in `fresh`, but for its first element; gives whether that is news. */
export function showIn(place, fresh) {
  const [first, ...old] = place.children, [, ...made] = fresh.children;
  const html = (parts) => parts.map((part) => part.outerHTML).join("");
  if (html(old) === html(made)) return false;
  const refocus = heldFocus(place, () => main.querySelector(".refused") ?? main);
  for (const part of old) part.remove();
  first.after(...made);
  refocus();
  document.title = fresh.ownerDocument.title;
  return true;
}

/** How each kind of page follows, by its `data-follows`: `show(fresh)` gives what is to be told, if anything. */
const follows = {
  anew: { show: (fresh, say) => showIn(main, fresh) && !fresh.querySelector(".refused") && say.changed },
  kept: { show: (fresh, say) => fresh.dataset.follows !== "kept" && (fresh.querySelector(".refused p")?.textContent ?? say.gone) },
};

/** Follow the hall; `say`: the page's texts; `search`: where items are looked for, `{ address(), show(fresh) }`. */
export function follow(say, search = null) {
  const { address, show } = search ?? { address: () => location.href, ...follows[main.dataset.follows] };

  async function renew() {
    if (main.querySelector("[aria-busy=true]")) return; // it is being left
    const fresh = await fetchMain(address());
    if (!fresh) return; // away, or paced: again later
    const news = show(fresh, say);
    main.dataset.edition = fresh.dataset.edition;
    if (news) told.textContent = news;
  }

  followChanges(main.dataset.hall, { word: "booking", shown: () => main.dataset.edition, renew, spread: SPREAD_MS });
}
