// How waiting is said. The texts come from templates/figures.html, which says the same on the server's side.

import { fill } from "./api.js";

/** The range of minutes ``{low, high}``; null while nobody serves the line. */
export function minutes(wait, say) {
  if (!wait) return say.unknown;
  if (wait.low === 0) return fill(say.under, wait);
  return fill(wait.low === wait.high ? say.about : say.range, wait);
}

/** Numbers of windows: the nearest six, and how many there are. */
export function windows(numbers, say) {
  const first = numbers.slice(0, 6).join(say.comma);
  return numbers.length > 6 ? fill(say.more, { windows: first, count: numbers.length }) : first;
}

/** A number of people. */
export function people(count, say) {
  return fill(say.people, { count });
}

/** Write texts into the elements of `root` that name them (`data-slot`); an empty one hides its element. */
export function put(root, texts) {
  for (const [name, text] of Object.entries(texts)) {
    for (const element of root.querySelectorAll(`[data-slot="${name}"]`)) {
      element.textContent = text || "";
      (element.closest("[data-part]") ?? element).hidden = !text;
    }
  }
}
