// Who calls: found by phone, name or code; what he has booked, and what can be done about it.
import { call, fill, texts } from "./api.js";
import { press, send } from "./console_press.js";
import { attempt, say, sending } from "./desk_say.js";
import { dayOf, inFours, put, tags } from "./phone_words.js";

const words = texts();
const at = (id) => document.getElementById(id);
const field = at("who");
const list = at("found");

/** Make the search work for the hall at `path`; `booking` takes over when somebody books or moves. */
export function openCaller(path, booking) {
  let found = []; // his appointments
  let asked = []; // what he is to be called back about
  let marked = -1;
  let known = {}; // what we know of who calls: name, phone
  let person = null; // the marked one in full, once an officer asked for it
  let sure = false; // that the marked one is to be cancelled
  let visit = 0; // an answer that comes late belongs to the caller before
  let answer = Promise.resolve(); // the search that runs: an officer types faster than the network

  field.form.addEventListener("submit", (event) => {
    event.preventDefault();
    answer = attempt(search);
  });
  field.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !found.length) return;
    event.preventDefault();
    mark((marked + step + found.length) % found.length);
  });
  list.addEventListener("click", (event) => {
    const row = event.target.closest("[role=option]");
    if (row) mark(Number(row.dataset.place));
  });
  at("lift").querySelector("[data-cancel]").addEventListener("click", () => at("lift").close());
  at("lift").querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    press(at("lift").querySelector(".primary"), () => attempt(lift, (kind, text) => {
      if (kind === "done") say(kind, text);
      else at("lift-message").textContent = text;
    }));
  });

  function fresh() {
    visit += 1;
    found = asked = [];
    known = {};
    marked = -1;
    booking.leave();
    field.value = "";
    put("who-count", words.who_hint);
    draw();
    say("", "");
    field.focus();
  }

  async function search() {
    const q = field.value.trim();
    if (!q) return say("error", words.who_first);
    const mine = ++visit;
    booking.leave();
    known = /\d{7}/.test(q) ? { phone: q } : {}; // until the server has understood it
    const { by, appointments, enquiries, marked: first } = await call("GET", `${path}/callers?q=${encodeURIComponent(q)}`);
    if (mine !== visit) return null;
    found = appointments;
    asked = enquiries;
    known = by === "code" ? {} : { [by]: q };
    marked = found.findIndex(({ code }) => code === first);
    put("who-count", found.length ? fill(words.found, { count: found.length }) : words.none_found);
    say("", "");
    draw();
    return null;
  }

  function mark(place) {
    marked = place;
    booking.leave();
    say("", "");
    draw();
  }

  function draw() {
    person = null;
    sure = false;
    list.hidden = !found.length;
    list.replaceChildren(...found.map(row));
    if (marked >= 0) {
      list.children[marked].scrollIntoView({ block: "nearest" });
      field.setAttribute("aria-activedescendant", list.children[marked].id);
    } else field.removeAttribute("aria-activedescendant");
    bands();
    show();
  }

  function row(seen, place) {
    const line = Object.assign(document.createElement("li"), { id: `found-${place}` });
    line.setAttribute("role", "option");
    line.setAttribute("aria-selected", place === marked);
    line.dataset.place = place;
    line.dataset.status = seen.status;
    for (const [tag, text, name] of [
      ["span", seen.when], ["small", seen.item.name], ["small", seen.visitor], ["small", words.statuses[seen.status], "state"],
    ]) line.append(Object.assign(document.createElement(tag), { textContent: text, className: name ?? "" }));
    return line;
  }

  /** What is to be known before anything is booked: bars, warnings, and that he waits for a call. */
  function bands() {
    const seen = new Map();
    for (const one of found) {
      if (one.barred_until) seen.set(one.visitor, ["barred", fill(words.barred[one.barred_for], { until: dayOf(one.barred_until), visitor: one.visitor })]);
      else if (one.warning && !seen.has(one.visitor)) seen.set(one.visitor, ["warned", one.warning]);
    }
    const calls = asked.map(({ number, overdue }) => [overdue ? "barred" : "asked", fill(overdue ? words.asked_overdue : words.asked, { number })]);
    at("bands").replaceChildren(...[...seen.values(), ...calls].map(([kind, text]) => {
      const band = Object.assign(document.createElement("p"), { textContent: text });
      band.dataset.kind = kind;
      return band;
    }));
  }

  /** The marked appointment, or what to do next; nothing while somebody books. */
  function show() {
    const one = found[marked] ?? null;
    const open = booking.open();
    at("start").hidden = open || one !== null;
    put("start", visit && field.value.trim() && !found.length ? words.start_new : words.start);
    at("card").hidden = open || one === null;
    may("book", !open);
    may("reveal", !open && one !== null && !person);
    for (const act of ["move", "cancel"]) may(act, !open && one?.status === "booked");
    may("lift", !open && found.some(({ barred_until: until }) => until));
    if (!one) return;
    at("card").dataset.status = one.status;
    put("card-state", words.statuses[one.status]);
    put("card-when", one.when);
    put("card-code", inFours(one.code));
    put("card-item", one.item.name);
    put("card-visitor", person ? [person.visitor, person.proxy].filter(Boolean).map(({ name, phone }) => `${name} ${phone}`).join(" · ") : one.visitor);
    put("card-where", fill(words.where, one));
    tags("card-tags", [
      words.channels[one.channel],
      one.need_text && fill(words.need, { need: one.need_text }),
      one.proxy && fill(words.proxy, { proxy: one.proxy }),
      one.closed && words.closed_slot,
    ]);
    at("card-bring").hidden = !one.item.materials.length;
    at("card-materials").replaceChildren(...one.item.materials.map((name) => Object.assign(document.createElement("li"), { textContent: name })));
  }

  const ACTS = {
    book: () => booking.start({ ...known }),
    move: () => booking.move(found[marked]),
    reveal: (button) => press(button, () => attempt(reveal)),
    lift() {
      at("lift-message").textContent = at("lift-reason").value = "";
      at("lift").showModal();
      at("lift-reason").focus();
    },
    cancel(button) {
      if (sure) return press(button, () => attempt(cancel), sending);
      sure = true;
      return say("note", fill(words.sure_cancel, found[marked]));
    },
  };

  async function reveal() {
    const one = found[marked];
    const seen = await call("GET", `/appointments/${one.code}/person`);
    if (one !== found[marked]) return null;
    person = seen;
    known = { ...seen.visitor, proxy: seen.proxy };
    show();
    return words.revealed;
  }

  async function cancel() {
    const gone = await send(`/appointments/${found[marked].code}/cancel`, {});
    keep(gone, gone.code);
    return fill(words.cancelled, gone);
  }

  async function lift() {
    const reason = at("lift-reason").value.trim();
    const barred = found[marked]?.barred_until ? found[marked] : found.find(({ barred_until: until }) => until);
    if (reason.length < 2) {
      at("lift-message").textContent = words.reason_first;
      return null;
    }
    await send(`/appointments/${barred.code}/lift-bar`, { reason });
    at("lift").close();
    for (const one of found) if (one.visitor === barred.visitor) Object.assign(one, { barred_until: null, barred_for: "", warning: "" });
    draw();
    return fill(words.lifted, barred);
  }

  /** An appointment as it is now: in the place of what it was (`before`: its code), or a new one on top. */
  function keep(made, before = null) {
    const place = found.findIndex(({ code }) => code === before);
    const like = found[place] ?? found.find(({ visitor }) => visitor === made.visitor) ?? {};
    const one = { barred_until: null, barred_for: "", warning: like.warning ?? "", ...like, ...made };
    if (place < 0) found.unshift(one);
    else found[place] = one;
    marked = Math.max(place, 0);
    put("who-count", fill(words.found, { count: found.length }));
    draw();
    at("main").focus();
  }

  return {
    fresh, show, keep,
    async act(name, button) {
      await answer;
      if (button.getAttribute("aria-disabled") !== "true") ACTS[name](button);
    },
    known: () => known,
    item: () => found[marked]?.item ?? null,
  };
}

/** Whether a button may be pressed; it keeps its place either way. */
function may(act, yes) {
  document.querySelector(`[data-act=${act}]`).setAttribute("aria-disabled", !yes);
}
