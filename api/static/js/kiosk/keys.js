// Keys on the screen, and the real ones, that write into one line of signs.

const EDITS = { erase: (typed) => typed.slice(0, -1), clear: () => "" };
const REAL = { Backspace: "erase", Delete: "clear" };

/**
 * Let the keys of a section write: `read()` gives what stands there, `write(typed)` takes each change; `most`: how many
 * signs; `done()` is told of Enter. Gives what takes a real key, if there is one like it, and says whether it did.
 */
export function keys(section, { read, write, most, done }) {
  const buttons = [...section.querySelectorAll("[data-key]")], known = new Set(buttons.map(({ dataset }) => dataset.key));
  const press = (key) => {
    const sign = key.toUpperCase();
    if (!(key in EDITS) && !known.has(sign)) return false;
    write((EDITS[key] ?? ((typed) => (typed + sign).slice(0, most)))(read()));
    return true;
  };
  for (const key of buttons) {
    key.onpointerdown = (event) => event.preventDefault(); // the focus stays where it was
    key.onclick = () => press(key.dataset.key);
  }
  return (event) => {
    if (event.target.closest("button, input:not([readonly])")) return false;
    if (event.key === "Enter") done();
    else if (!press(REAL[event.key] ?? event.key)) return false;
    event.preventDefault();
    return true;
  };
}
