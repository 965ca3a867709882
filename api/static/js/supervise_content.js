// What the screens show: the playlist, new slides, the roster, faces, and the pictures and videos there are.
import { call, fill, Refused } from "./api.js";
import { element } from "./supervise_side.js";
import { upload } from "./upload.js";

const at = (id) => document.getElementById(id);
const MEGABYTE = 1_000_000;

export class Content {
  #tools;
  #limit = Number(at("main").dataset.mediaMb);
  #staff = [];
  #sending = false;
  #asked = 0;

  constructor(tools) {
    this.#tools = tools;
    at("slide-form").addEventListener("submit", (event) => this.#submit(event, "slide-said", () => this.#addSlide()));
    at("face-form").addEventListener("submit", (event) => this.#submit(event, "face-said", () => this.#saveFace()));
    at("face-staff").addEventListener("change", () => this.#showFace());
    at("face-remove").addEventListener("click", () => this.#try("face-said", () => this.#setFace(null)));
    at("slide-form").addEventListener("change", ({ target }) => target.name === "kind" && this.#showKind());
  }

  /** Read everything again. */
  show() {
    const asked = ++this.#asked;
    return this.#try("slides-said", async () => {
      const { path } = this.#tools;
      const [{ slides }, { media }, { staff }, { roster }] = await Promise.all(
        ["slides", "media", "staff", "roster"].map((name) => call("GET", `${path}/${name}`)),
      );
      if (asked !== this.#asked) return;
      this.#staff = staff;
      this.#showSlides(slides);
      this.#showMedia(media);
      this.#showRoster(roster);
      this.#offerStaff();
    });
  }

  /** Do something; what went wrong is said at that place. */
  async #try(place, work) {
    at(place).classList.remove("wrong");
    try {
      await work();
    } catch (error) {
      at(place).classList.add("wrong");
      at(place).textContent = error instanceof Refused || error instanceof Unfit ? error.message : this.#tools.inWords(error);
    }
  }

  async #submit(event, place, work) {
    event.preventDefault();
    if (this.#sending) return;
    this.#sending = true;
    at(place).textContent = "";
    await this.#try(place, work);
    this.#sending = false;
    at("slide-progress").hidden = true;
  }

  #say(place, text) {
    at(place).classList.remove("wrong");
    at(place).textContent = text;
  }

  // The playlist.

  #showSlides(slides) {
    const { words } = this.#tools;
    const rows = slides.map((slide, place) => {
      const row = element("li");
      row.dataset.when = slide.when;
      const about = element("div", "", "about");
      const times = [slide.since && fill(words.from, { time: moment(slide.since) }), slide.until && fill(words.until, { time: moment(slide.until) })];
      const facts = [words.kind[slide.kind], fill(words.seconds, slide), ...times].filter(Boolean).join(" · ");
      const said = element("p", slide.text || slide.name);
      said.title = said.textContent;
      about.append(said, element("small", facts));
      const state = element("span", words.when[slide.when], "sign");
      const up = this.#button(words.up, slide, () => this.#move(slide, place - 1, "up"), place === 0);
      const down = this.#button(words.down, slide, () => this.#move(slide, place + 1, "down"), place === slides.length - 1);
      const remove = this.#button(words.remove, slide, () => this.#remove(slide));
      [up.dataset.key, down.dataset.key, remove.dataset.key] = [`up${slide.id}`, `down${slide.id}`, `x${slide.id}`];
      row.append(preview(slide, words), about, state, up, down, remove);
      return row;
    });
    at("slides").replaceChildren(...(rows.length ? rows : [element("li", words.no_slides, "none")]));
  }

  #button(label, slide, work, off = false) {
    const button = element("button", label);
    button.type = "button";
    button.disabled = off;
    button.setAttribute("aria-label", `${label}：${slide.text || slide.name}`);
    button.addEventListener("click", () => this.#try("slides-said", work));
    return button;
  }

  async #move({ id }, place, key) {
    await call("POST", `${this.#tools.path}/slides/${id}/move`, { place });
    await this.show();
    this.#focus([`${key}${id}`, `${key === "up" ? "down" : "up"}${id}`]);
  }

  async #remove({ id }) {
    await call("DELETE", `${this.#tools.path}/slides/${id}`);
    await this.show();
    this.#say("slides-said", this.#tools.words.removed);
    at("slides").querySelector("button:enabled")?.focus();
  }

  #focus(keys) {
    const found = keys.map((key) => at("slides").querySelector(`[data-key="${key}"]:enabled`));
    found.find(Boolean)?.focus();
  }

  #showKind() {
    const { kind } = at("slide-form").elements;
    for (const part of at("slide-form").querySelectorAll("[data-kind]")) part.hidden = part.dataset.kind !== kind.value;
  }

  async #addSlide() {
    const { path, words } = this.#tools;
    const form = at("slide-form");
    const body = { text: at("slide-text").value, text_en: at("slide-text-en").value };
    for (const [name, parse] of [["seconds", Number], ["since", stamped], ["until", stamped]]) {
      const { value } = at(`slide-${name}`);
      if (value) body[name] = parse(value);
    }
    if (form.elements.kind.value === "file") {
      const [file] = at("slide-file").files;
      if (!file && !at("slide-media").value) throw new Unfit(words.choose_file);
      body.media = file ? (await this.#send(file, "slide-said")).digest : at("slide-media").value;
    }
    await call("POST", `${path}/slides`, body);
    form.reset();
    this.#showKind();
    await this.show();
    this.#say("slide-said", words.added);
  }

  async #send(file, place) {
    const { path, words } = this.#tools;
    if (file.size > this.#limit * MEGABYTE) throw new Unfit(fill(words.too_large, { limit: this.#limit }));
    const bar = at("slide-progress");
    bar.hidden = false;
    return upload(path, file, (share) => {
      bar.value = share;
      const percent = Math.floor(share * 10) * 10; // said in steps: nobody wants to hear every hundredth
      this.#say(place, share < 1 ? fill(words.uploading, { percent }) : words.checking);
    }).finally(() => (bar.hidden = true));
  }

  // The roster: a choice is kept at once.

  #offerStaff() {
    const { words } = this.#tools;
    const chosen = at("face-staff").value;
    at("face-staff").replaceChildren(option("", words.choose_staff), ...this.#staff.map(({ badge, name }) => option(badge, `${badge} ${name}`)));
    at("face-staff").value = this.#staff.some(({ badge }) => badge === chosen) ? chosen : "";
    this.#showFace();
  }

  #showRoster(roster) {
    const { words } = this.#tools;
    const shown = new Intl.DateTimeFormat(document.documentElement.lang, { timeZone: "UTC", month: "numeric", day: "numeric", weekday: "short" });
    const parts = [...document.querySelectorAll(".duty thead th")].slice(1).map((head) => head.textContent);
    replaceRows(at("roster"), roster.map((day) => {
      const row = element("tr");
      const head = element("th", shown.format(new Date(`${day.day}T00:00Z`)));
      head.scope = "row";
      const selects = ["first_desk", "leader"].map((part, place) => {
        const select = element("select");
        select.name = part;
        select.setAttribute("aria-label", `${head.textContent} ${parts[place]}`);
        select.append(option("", words.none), ...this.#staff.map(({ badge, name }) => option(badge, `${badge} ${name}`)));
        select.value = day[part]?.badge ?? "";
        return select;
      });
      row.addEventListener("change", () => this.#try("roster-said", async () => {
        const [first_desk, leader] = selects.map(({ value }) => value || null);
        await call("PUT", `${this.#tools.path}/roster/${day.day}`, { first_desk, leader });
        this.#say("roster-said", `${head.textContent}：${words.saved}`);
      }));
      row.append(head, ...selects.map((select) => {
        const cell = element("td");
        cell.append(select);
        return cell;
      }));
      return row;
    }));
  }

  // Faces.

  #chosen() {
    return this.#staff.find(({ badge }) => badge === at("face-staff").value);
  }

  #showFace() {
    const photo = this.#chosen()?.photo;
    at("face").hidden = at("face-remove").hidden = !photo;
    at("no-face").hidden = Boolean(photo);
    at("face").alt = this.#chosen()?.name ?? "";
    if (photo) at("face").src = photo;
    else at("face").removeAttribute("src");
  }

  async #saveFace() {
    const { words } = this.#tools;
    const [file] = at("face-file").files;
    const chosen = this.#chosen(); // another may be by the time the file is there
    if (!chosen) throw new Unfit(words.choose_staff);
    if (!file) throw new Unfit(words.choose_file);
    await this.#setFace((await this.#send(file, "face-said")).digest, chosen);
    at("face-file").value = "";
  }

  async #setFace(media, { badge } = this.#chosen()) {
    await call("PUT", `${this.#tools.path}/staff/${encodeURIComponent(badge)}/photo`, { media });
    await this.show();
    this.#say("face-said", this.#tools.words.saved);
  }

  // What there is.

  #showMedia(media) {
    const { words, path } = this.#tools;
    const library = at("slide-media");
    library.replaceChildren(option("", ""), ...media.map(({ digest, name, kind }) => option(digest, `${words.kind[kind]} · ${name}`)));
    const rows = media.map((file) => {
      const row = element("li");
      row.append(preview(file, words), element("p", file.name), element("small", `${words.kind[file.kind]} · ${(file.size / MEGABYTE).toFixed(1)} MB`));
      if (file.used) row.append(element("span", words.in_use, "used"));
      else {
        const remove = element("button", words.remove);
        remove.type = "button";
        remove.setAttribute("aria-label", `${words.remove}：${file.name}`);
        remove.addEventListener("click", () => this.#try("library-said", async () => {
          await call("DELETE", `${path}/media/${file.digest}`);
          await this.show();
          this.#say("library-said", words.removed);
        }));
        row.append(remove);
      }
      return row;
    });
    at("library").replaceChildren(...(rows.length ? rows : [element("li", words.no_media, "none")]));
  }
}

/** What the page itself sees is not right. */
class Unfit extends Error {}

function preview({ kind, url }, words) {
  const made = element(kind === "video" ? "video" : kind === "picture" ? "img" : "span", "", "preview");
  if (!url) made.textContent = words.kind.notice;
  else made.src = kind === "video" ? `${url}#t=0.1` : url;
  if (kind === "picture") made.alt = "";
  else made.ariaHidden = "true";
  if (kind === "video") [made.muted, made.preload] = [true, "metadata"];
  return made;
}

function option(value, text) {
  const made = element("option", text);
  made.value = value;
  return made;
}

/** Rows with fields are changed only when nobody is in one of them. */
function replaceRows(place, rows) {
  if (!place.contains(document.activeElement)) place.replaceChildren(...rows);
}

function stamped(local) {
  return new Date(local).toISOString();
}

function moment(stamp) {
  return stamp.slice(5, 16).replace("T", " ");
}
