// Who signed in where on a day, and how the hall's screens and printers are.
import { call, fill } from "./api.js";
import { element, replace } from "./supervise_side.js";

const at = (id) => document.getElementById(id);

export class People {
  #tools;

  constructor(tools) {
    this.#tools = tools;
    // The hall's own day, wherever the page is looked at.
    at("duties-day").value = new Intl.DateTimeFormat("sv-SE", { timeZone: tools.timezone }).format(new Date());
    at("duties-day").addEventListener("change", () => this.show());
  }

  async show() {
    const { path, words, inWords } = this.#tools;
    try {
      const { duties } = await call("GET", `${path}/duties?${new URLSearchParams({ day: at("duties-day").value })}`);
      const rows = duties.map(({ window, name, badge, since, until }) =>
        row(window, name, badge, clock(since), until ? clock(until) : words.on_duty_now));
      replace(at("duties"), rows.length ? rows : [empty(words.no_duties)]);
    } catch (error) {
      replace(at("duties"), [empty(inWords(error))]);
    }
  }
}

export function showDevices({ screens, printers }, words) {
  const rows = screens.map((screen) => {
    const state = screen.alive ? "alive" : screen.seen_at ? "silent" : "new";
    const lag = screen.lag_ms === null ? "" : fill(words.lag, { ms: screen.lag_ms });
    return marked(row(screen.name, screen.window ?? "", words.screen_state[state], moment(screen.seen_at), lag), state);
  });
  rows.push(...printers.map((printer) => {
    const state = printer.fault ? "silent" : "alive";
    return marked(row(printer.name, printer.address, printer.fault_text || words.printer_well, moment(printer.seen_at), ""), state);
  }));
  replace(at("devices"), rows.length ? rows : [empty(words.no_devices)]);
}

function row(...cells) {
  const made = element("tr");
  made.append(...cells.map((text) => element("td", text)));
  return made;
}

function marked(made, state) {
  made.children[2].dataset.state = state;
  made.children[2].className = "sign";
  return made;
}

function empty(text) {
  const made = row(text);
  made.firstChild.colSpan = 5;
  return made;
}

/** Stamps come with the hall's own time. */
function clock(stamp) {
  return stamp.slice(11, 16);
}

function moment(stamp) {
  return stamp ? stamp.slice(5, 19).replace("T", " ") : "";
}
