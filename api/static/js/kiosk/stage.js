// Which screen is shown, and how one comes there and back again.

import { heldFocus } from "../focus.js";

const enters = {};
const readies = {};
let here = null; // the step that is shown: {name, args, way, since}; `way` holds the steps that led to it
let towards = null; // the step taken last; it is shown once its screen is filled
let failed = null;
let arrived = () => {};

export const root = () => document.getElementById("kiosk");

/** The screen now shown, `{name, args, since}`; null before the first. */
export const current = () => here;

/** The screen that is coming, `{name, args}`, or the one shown when none is; null before the first. */
export const heading = () => towards;

/**
 * What fills a screen before it is shown: `enter(section, args)`. What it needs to know first, `ready(args)` fetches into
 * `args`, and throws when that fails: a step that the visitor has left by then fills nothing.
 */
export function screen(name, enter, ready) {
  enters[name] = enter;
  readies[name] = ready;
}

/** Who is told when a screen cannot be filled. */
export function onFailure(handle) {
  failed = handle;
}

/** Who is told of each screen that somebody came to: `handle(section)`. */
export function onArrival(handle) {
  arrived = handle;
}

/** One step further. */
export const go = (name, args = {}) => show({ name, args, way: here ? [...here.way, here] : [] });

/** One step back; from a screen that is still coming, to where one stands. */
export function back() {
  const goal = here && towards.args !== here.args ? here : here?.way.at(-1);
  return goal && arrive(goal);
}

/** To a screen from which there is no way back. */
export const reset = (name, args = {}) => show({ name, args, way: [] });

/** Fill the screen anew, in another language or size or with newer figures; the focus stays where it is. */
export const again = async () => {
  if (!here) return;
  const section = root().querySelector(`[data-screen="${here.name}"]`);
  const refocus = heldFocus(section, () => section.querySelector("h1"));
  await show({ ...towards }); // also one that was still coming: whoever asked for it comes to it
  refocus();
};

/**
 * The hall changed: `renewed(step)` brings up to date what a screen on the way was given, and says whether there still is
 * such a thing. The way ends before the first that is gone. Gives whether the screen shown was led back from.
 */
export async function revise(renewed) {
  const mine = towards, way = [...mine.way, mine], left = [];
  for (const step of way) {
    if (!(await renewed(step))) break;
    left.push(step);
  }
  if (mine !== towards) return revise(renewed); // the visitor went elsewhere meanwhile
  if (left.length === way.length) return false;
  await arrive(left.at(-1));
  return true;
}

/** Come to a step of the way once more. */
const arrive = ({ name, args, way }) => show({ name, args, way });

async function show(step) {
  towards = step;
  const { name, args } = step;
  const section = root().querySelector(`[data-screen="${name}"]`);
  try {
    await readies[name]?.(args);
    if (step !== towards) return; // the visitor went elsewhere meanwhile
    enters[name]?.(section, args);
  } catch (error) {
    if (step === towards) failed(error);
    return;
  }
  const arriving = !step.since;
  step.since ??= performance.now();
  here = step;
  for (const other of root().querySelectorAll("[data-screen]")) other.hidden = other !== section;
  const wanted = section.dataset.foot.split(" ");
  for (const button of root().querySelectorAll("[data-foot-button]")) {
    button.hidden = !wanted.includes(button.dataset.footButton);
  }
  if (!arriving) return;
  (section.querySelector("[data-focus]") ?? section.querySelector("h1")).focus({ preventScroll: true });
  arrived(section);
}
