// Every window of the hall as a tile, zone by zone, and the panel of one of them.
import { call, fill } from "./api.js";
import { report } from "./officer.js";

const at = (id) => document.getElementById(id);

/** What a tile says: a window that is open is free, or has called or serves somebody. */
function stateOf({ state, status }) {
  return state === "open" || status ? (status ?? "free") : state;
}

export class Windows {
  #tools;
  #tiles = new Map();
  #zones = new Map();
  #seen = null;
  #chosen = null;

  /** `path` of the hall, `words`, `timezone`, `inWords(error)`, `refresh()`. */
  constructor(tools) {
    this.#tools = tools;
    at("windows").addEventListener("keydown", (event) => this.#move(event));
    at("windows").addEventListener("focusin", ({ target }) => this.#rove(target));
    at("panel-leave").addEventListener("click", () => at("panel").close());
    at("panel").addEventListener("close", () => this.#tiles.get(this.#chosen)?.focus());
    for (const button of at("panel").querySelectorAll("[data-act]")) {
      button.addEventListener("click", () => this.#act(button.dataset.act));
    }
  }

  /** Show the hall as it was read; only what differs is touched. */
  show(seen) {
    this.#seen = seen;
    for (const window of seen.windows) this.#fill(this.#tiles.get(window.id) ?? this.#add(window), window);
    for (const [name, { note }] of this.#zones) {
      const all = seen.windows.filter(({ zone }) => zone === name);
      const open = all.filter(({ state }) => state === "open").length;
      say(note, fill(this.#tools.words.zone, { open, all: all.length }));
    }
    if (at("panel").open) this.#fillPanel();
  }

  #add(window) {
    const { id, number, zone } = window;
    if (!this.#zones.has(zone)) this.#addZone(zone);
    const tile = document.createElement("button");
    tile.type = "button";
    tile.className = "tile";
    tile.tabIndex = this.#tiles.size ? -1 : 0;
    tile.innerHTML = "<span><b></b><span class='sign'></span></span><span><span class='ticket'></span><span class='minutes'></span></span>";
    tile.querySelector("b").textContent = number;
    tile.addEventListener("click", () => this.#open(id));
    this.#zones.get(zone).list.append(tile);
    this.#tiles.set(id, tile);
    return tile;
  }

  #addZone(name) {
    const section = document.createElement("section");
    const head = document.createElement("h2");
    const note = document.createElement("small");
    const list = document.createElement("div");
    head.append(`${name} `, note);
    section.append(head, list);
    at("windows").append(section);
    this.#zones.set(name, { note, list });
  }

  #fill(tile, window) {
    const { words } = this.#tools;
    const state = stateOf(window);
    if (tile.dataset.state !== state) tile.dataset.state = state;
    const minutes = window.minutes === null ? "" : fill(words.minutes, window);
    say(tile.querySelector(".sign"), words.state[state]);
    say(tile.querySelector(".ticket"), window.ticket ?? "");
    say(tile.querySelector(".minutes"), minutes);
    const ticket = window.ticket ? fill(words.tile_ticket, window) : "";
    const lasting = window.minutes === null ? "" : fill(words.minutes_long, window);
    const label = fill(words.tile, { number: window.number, state: words.state[state], ticket, minutes: lasting });
    if (tile.getAttribute("aria-label") !== label) tile.setAttribute("aria-label", label);
  }

  // Keys: one stop for all tiles; arrows go to the neighbour as it is seen.

  #rove(tile) {
    if (!tile.classList.contains("tile")) return;
    for (const other of this.#tiles.values()) other.tabIndex = other === tile ? 0 : -1;
  }

  #move(event) {
    const tiles = [...this.#tiles.values()];
    const place = tiles.indexOf(document.activeElement);
    if (place < 0) return;
    const next = {
      ArrowRight: () => tiles[place + 1],
      ArrowLeft: () => tiles[place - 1],
      ArrowDown: () => nearest(tiles, tiles[place], 1),
      ArrowUp: () => nearest(tiles, tiles[place], -1),
      Home: () => tiles[0],
      End: () => tiles.at(-1),
    }[event.key]?.();
    if (!next) return;
    event.preventDefault();
    next.focus();
  }

  // The panel.

  #open(id) {
    this.#chosen = id;
    report("panel-said", "");
    this.#fillPanel();
    at("panel").showModal();
  }

  #fillPanel() {
    const { words } = this.#tools;
    const window = this.#seen.windows.find(({ id }) => id === this.#chosen);
    const state = stateOf(window);
    say(at("panel-title"), fill(words.window, window));
    at("panel-console").href = `/console?window=${window.id}`;
    at("panel-state").dataset.state = state;
    const said = window.status ? fill(words.in_front[window.status], window) : words.state[state];
    const paused = window.state === "paused" && [window.pause_reason, window.back_at && this.#time(window.back_at)];
    const why = !paused ? "" : paused[1] ? fill(words.back_at, { reason: paused[0], time: paused[1] }) : paused[0];
    const lasting = window.minutes === null ? "" : fill(words.minutes_long, window);
    say(at("panel-state"), [said, why, lasting].filter(Boolean).join(" · "));
    const { officer } = window;
    say(at("panel-officer"), officer ? fill(words.officer, { ...officer, time: this.#time(officer.since) }) : words.nobody);
    const lines = window.lines.map((prefix) => this.#seen.lines.find((line) => line.prefix === prefix));
    at("panel-lines").replaceChildren(...lines.map(({ prefix, name, waiting }) => {
      const row = document.createElement("li");
      row.textContent = `${prefix} ${name} ${fill(words.waiting, { count: waiting })}`;
      return row;
    }));
    for (const button of at("panel").querySelectorAll("[data-act]")) {
      const { act } = button.dataset;
      button.disabled = act === "open" ? window.state === "open" : window.state === "closed" || (act === "pause" && window.state === "paused");
      if (act === "open") say(button, window.state === "paused" ? words.resume : words.open);
    }
    at("panel-reason").disabled = window.state !== "open";
  }

  #time(stamp) {
    const { timezone } = this.#tools;
    return new Intl.DateTimeFormat("zh-CN", { timeZone: timezone, timeStyle: "short", hourCycle: "h23" }).format(new Date(stamp));
  }

  async #act(act) {
    const { words, inWords, refresh } = this.#tools;
    try {
      const body = act === "pause" ? { reason: at("panel-reason").value } : undefined;
      const { state } = await call("POST", `/windows/${this.#chosen}/${act}`, body);
      report("panel-said", words.done[act]);
      this.#seen.windows.find(({ id }) => id === this.#chosen).state = state;
      this.show(this.#seen);
      at("panel-leave").focus();
      refresh();
    } catch (error) {
      report("panel-said", inWords(error), true);
    }
  }
}

/** The tile above (-1) or below (1) that lies closest. */
function nearest(tiles, from, step) {
  const here = from.getBoundingClientRect();
  const far = ({ left, top }) => Math.abs(top - here.top) * 100 + Math.abs(left - here.left);
  return tiles
    .map((tile) => ({ tile, box: tile.getBoundingClientRect() }))
    .filter(({ box }) => (box.top - here.top) * step > here.height / 2)
    .sort((a, b) => far(a.box) - far(b.box))[0]?.tile;
}

function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
