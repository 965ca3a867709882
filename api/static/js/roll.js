// Text that is too long for its box: it moves, slowly and with a stop at both ends. Where motion is unwanted it turns pages.

import { ems } from "./picture.js";

const STOP_MS = 2500;
const EMS_PER_SECOND = 3;
const PAGE_MS = 8000;
const still = matchMedia("(prefers-reduced-motion: reduce)");

/** Put a text into such a box; the style may let it shrink a little (`--ems`) before it has to move. */
export function put(box, text) {
  if (box.firstElementChild.textContent === text) return;
  box.firstElementChild.textContent = text;
  box.style.setProperty("--ems", ems(text).toFixed(2));
}

/** Watch a box with one element in it; whenever its size or text changes, what does not fit begins to move. */
export function roll(box) {
  const text = box.firstElementChild;
  let moving = null;
  const look = () => {
    moving?.cancel();
    box.classList.remove("long"); // measured as it would be if it fitted
    const [x, y] = [text.offsetWidth - box.clientWidth, text.offsetHeight - box.clientHeight];
    box.classList.toggle("long", box.clientHeight > 0 && (x > 1 || y > 1)); // a hidden box has no height
    moving = box.classList.contains("long") ? move(box, text, Math.max(0, x), Math.max(0, y)) : null;
  };
  const seen = new ResizeObserver(look);
  seen.observe(box);
  seen.observe(text);
  still.addEventListener("change", look);
}

function move(box, text, x, y) {
  if (still.matches) return turn(box, text);
  const size = parseFloat(getComputedStyle(text).fontSize);
  const duration = 2 * STOP_MS + (1000 * (x + y)) / (EMS_PER_SECOND * size);
  const stop = STOP_MS / duration;
  const end = `${-x}px ${-y}px`;
  return text.animate(
    [{ translate: "0 0" }, { translate: "0 0", offset: stop }, { translate: end, offset: 1 - stop }, { translate: end }],
    { duration, iterations: Infinity },
  );
}

/** Whole lines at a time: the style makes boxes as high as some lines of their text. */
function turn(box, text) {
  const pages = Math.ceil((text.offsetHeight - 1) / box.clientHeight);
  if (pages < 2) return null;
  const frames = Array.from({ length: pages + 1 }, (_, page) => ({
    translate: `0 ${-(page % pages) * box.clientHeight}px`, easing: "step-end",
  }));
  return text.animate(frames, { duration: pages * PAGE_MS, iterations: Infinity });
}
