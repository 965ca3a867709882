// What a board shows while nobody is called: notices, pictures and silent videos, one after another.

import { ems } from "./picture.js";

/** Nobody was called for so long: calm enough to show something else. */
const CALM_MS = 60_000;
/** A voice that still speaks is asked again so often. */
const BUSY_MS = 1000;
/** What has not come by then is skipped. */
const PATIENCE_MS = 10_000;
/** When nothing of it could be shown, it is tried again after so long. */
const RETRY_MS = 30_000;
const LARGEST_TYPE = 13;
const SMALLEST_TYPE = 2.4;
/** Phrases are kept whole at the cost of so much of the type's size, no more. */
const WORTH = 0.65;

/**
 * `place` is the element to fill; while it is filled, its parent has the class `playing`. `now()` is the hall's moment
 * (ms), `busy()` whether calls are still being spoken.
 */
export class Signage {
  #place;
  #options;
  #slides = [];
  #lastCall = 0;
  #at = 0;
  #playing = false;
  #turn = 0;
  #timer = 0;
  #shown = null;

  constructor(place, options) {
    this.#place = place;
    this.#options = options;
    addEventListener("resize", () => place.querySelectorAll(".notice").forEach(fitType));
  }

  /** What there is to show, and the moment (ms) of the newest call: one of just now takes everything away at once. */
  update(slides, lastCall) {
    this.#lastCall = lastCall;
    const same = JSON.stringify(slides) === JSON.stringify(this.#slides);
    this.#slides = slides;
    if (!slides.length || this.#calmIn() > 0) this.#stop();
    if (!same && this.#playing && !slides.some(({ id }) => id === this.#shown)) this.#next();
    if (!this.#playing) this.#wait();
  }

  #calmIn() {
    return this.#lastCall + CALM_MS - this.#options.now();
  }

  #wait(ms = Math.max(0, this.#calmIn())) {
    clearTimeout(this.#timer);
    if (this.#slides.length) this.#timer = setTimeout(() => this.#start(), ms);
  }

  #start() {
    if (this.#options.busy()) return this.#wait(BUSY_MS);
    this.#playing = true;
    this.#next();
  }

  #stop() {
    clearTimeout(this.#timer);
    this.#turn += 1;
    this.#playing = false;
    this.#shown = null;
    this.#place.parentElement.classList.remove("playing");
    this.#place.hidden = true;
    [...this.#place.children].forEach(discard);
  }

  /** Show the next slide that can be shown. */
  async #next() {
    clearTimeout(this.#timer);
    const turn = (this.#turn += 1);
    for (let tries = 0; tries < this.#slides.length; tries += 1) {
      const slide = this.#slides[this.#at++ % this.#slides.length];
      const made = await prepare(slide).catch(() => null);
      if (turn !== this.#turn) return made && discard(made);
      if (made) return this.#put(slide, made);
    }
    this.#stop();
    this.#wait(RETRY_MS);
  }

  #put(slide, made) {
    this.#place.hidden = false;
    this.#place.parentElement.classList.add("playing");
    const old = [...this.#place.children];
    this.#place.append(made);
    if (slide.kind === "notice") new ResizeObserver(() => fitType(made)).observe(made); // a screen may be turned
    this.#shown = slide.id;
    // The old one lies beneath until the new one has come; without motion that is at once.
    const fading = made.animate({ opacity: [0, 1] }, { duration: calmly() ? 0 : 250 });
    fading.onfinish = () => old.forEach(discard);
    const turn = this.#turn;
    const over = () => turn === this.#turn && this.#next();
    const film = made.querySelector("video");
    if (film) film.onended = film.onerror = over;
    this.#timer = setTimeout(over, slide.seconds * 1000);
  }
}

function calmly() {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** The slide as an element that is ready to be seen. Rejects when it cannot be shown. */
async function prepare(slide) {
  const made = document.createElement("figure");
  made.className = slide.kind;
  const english = document.documentElement.lang === "en" && slide.text_en;
  const text = english || slide.text;
  if (slide.kind === "notice") {
    made.append(paragraph(text));
    if (slide.text_en && !english) made.append(paragraph(slide.text_en, "en"));
    return made;
  }
  const seen = slide.kind === "video" ? await film(slide.url) : await picture(slide.url, text);
  made.append(seen);
  if (text) {
    const caption = document.createElement("figcaption");
    caption.textContent = text;
    made.append(caption);
  }
  return made;
}

function paragraph(text, language = document.documentElement.lang) {
  const made = document.createElement("p");
  made.textContent = text;
  made.lang = language;
  return made;
}

async function picture(url, text) {
  const image = new Image();
  image.alt = text;
  image.src = url;
  await inTime(image.decode());
  return image;
}

async function film(url) {
  const video = document.createElement("video");
  video.muted = video.playsInline = true;
  video.src = url;
  try {
    await inTime(video.play());
  } catch (error) {
    unload(video);
    throw error;
  }
  return video;
}

function inTime(promise) {
  return Promise.race([promise, new Promise((_, reject) => setTimeout(reject, PATIENCE_MS))]);
}

/** Away with it, and a video's download too. */
function discard(element) {
  element.querySelectorAll("video").forEach(unload);
  element.remove();
}

function unload(video) {
  video.onended = video.onerror = null;
  video.pause();
  video.removeAttribute("src");
  video.load();
}

/** As large as all of it can be read, and rather with whole phrases than larger. */
function fitType(notice) {
  const length = [...notice.children].reduce((sum, { textContent }) => sum + ems(textContent), 0);
  const largest = Math.min(LARGEST_TYPE, 80 / Math.sqrt(length));
  for (const [wrap, smallest] of [["normal", WORTH * largest], ["anywhere", SMALLEST_TYPE]]) {
    notice.style.overflowWrap = wrap;
    for (let size = largest; size > smallest; size *= 0.94) {
      notice.style.setProperty("--type", size.toFixed(2));
      if (notice.scrollHeight <= notice.clientHeight && notice.scrollWidth <= notice.clientWidth) return;
    }
  }
}
