// How the visitor in front of the kiosk wants it: print, contrast, reach, voice. The next one finds it as usual.

import { root } from "./stage.js";

const USUAL = { print: "normal", contrast: "normal", reach: "normal", voice: "off" };
const COOKIES = new Set(["print", "contrast"]); // the server's pages know them too: the slip is printed as wished
const HOME_LANGUAGE = "zh-CN";

const page = document.documentElement;
const speech = window.speechSynthesis;

export const english = () => page.lang === "en";
export const away = () => page.lang !== HOME_LANGUAGE;

function choose(name, value) {
  page.dataset[name] = value;
  if (COOKIES.has(name)) document.cookie = `${name}=${value}; path=/; samesite=lax`;
  if (name === "contrast") document.getElementById("contrast").media = value === "high" ? "screen" : "not all";
  if (name === "voice") speech?.cancel();
}

/** A choice's button was touched: the other way round. */
export function toggle({ dataset: { choice, value } }) {
  choose(choice, page.dataset[choice] === value ? USUAL[choice] : value);
}

/** As the next visitor expects it. */
export function usual() {
  for (const [name, value] of Object.entries(USUAL)) if (page.dataset[name] !== value) choose(name, value);
}

/** Let the buttons say what is chosen; without a voice for the page's language there is nothing to offer. */
export function dress() {
  for (const button of root().querySelectorAll("[data-choice]")) {
    button.setAttribute("aria-pressed", page.dataset[button.dataset.choice] === button.dataset.value);
  }
  root().querySelector('[data-choice="voice"]').hidden = !voice();
}

const voice = () => speech?.getVoices().find(({ lang }) => lang.slice(0, 2) === page.lang.slice(0, 2));

/** Whether screens are read aloud now. */
export const reading = () => page.dataset.voice === "on" && Boolean(voice());

/** Read a screen's question and choices aloud, when the visitor wants it. */
export function read(section) {
  if (!reading()) return;
  const parts = section.querySelectorAll("h1, .head p, h2, dt, dd, li, button, legend, .classes label, .where, p.help, .leave [role=status], .say");
  const words = [...parts].filter((part) => part.checkVisibility() && !part.dataset.key && !part.disabled)
    .map((part) => part.innerText.trim()).filter(Boolean);
  const said = new SpeechSynthesisUtterance(words.join("。\n"));
  Object.assign(said, { voice: voice(), lang: page.lang, rate: 0.9 });
  speech.cancel();
  speech.speak(said);
}

speech?.addEventListener?.("voiceschanged", dress); // they may come after the page
