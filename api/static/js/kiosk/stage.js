// Which screen is shown, and how one comes there and back again.

const enters = {};
let here = null;
let trail = [];
let turn = 0;
let failed = null;
let arrived = () => {};

export const root = () => document.getElementById("kiosk");

/** The screen now shown, `{name, args, since}`; null before the first. */
export const current = () => here;

/** What fills a screen before it is shown: `enter(section, args)`; it may fetch, and throw when that fails. */
export function screen(name, enter) {
  enters[name] = enter;
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
export const go = (name, args = {}) => show(name, args, here ? [...trail, here] : []);

/** One step back. */
export async function back() {
  const last = trail.at(-1);
  if (last) await show(last.name, last.args, trail.slice(0, -1));
}

/** To a screen from which there is no way back. */
export const reset = (name, args = {}) => show(name, args, []);

/** Fill the screen anew, in another language or size or with newer figures; the focus stays where it is. */
export const again = async () => here && show(here.name, here.args, trail, false);

async function show(name, args, way, arriving = true) {
  const mine = ++turn;
  const section = root().querySelector(`[data-screen="${name}"]`);
  try {
    await enters[name]?.(section, args);
  } catch (error) {
    if (mine === turn) failed(error);
    return;
  }
  if (mine !== turn) return; // the visitor went elsewhere meanwhile
  here = { name, args, since: arriving ? performance.now() : here.since };
  trail = way;
  for (const other of root().querySelectorAll("[data-screen]")) other.hidden = other !== section;
  const wanted = section.dataset.foot.split(" ");
  for (const button of root().querySelectorAll("[data-foot-button]")) {
    button.hidden = !wanted.includes(button.dataset.footButton);
  }
  if (!arriving) return;
  (section.querySelector("[data-focus]") ?? section.querySelector("h1")).focus({ preventScroll: true });
  arrived(section);
}
