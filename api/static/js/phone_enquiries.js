// Who is to be called back (R12): calls are written down, listed by when they are due, answered, and closed when told.
import { call, fill, texts, Unreachable } from "./api.js";
import { keepFocus, oneStop } from "./console_focus.js";
import { press, send } from "./console_press.js";
import { attempt, say } from "./desk_say.js";
import { put } from "./phone_words.js";

const MINUTE = 60_000;
const SOON = 120; // minutes before it is due

const words = texts();
const at = (id) => document.getElementById(id);
const list = at("enquiries");
const [asking, calling] = [at("register-form"), at("answer-form")];

/** The list of the hall at `path`; `about()`: who calls now (`name`, `phone`) and the `item` he asks about. */
export function openEnquiries(path, about) {
  let shown = null; // the enquiry in the panel
  let item = null;
  let asked = 0; // an answer that comes late belongs to a panel that was asked for before

  for (const form of [asking, calling]) {
    form.querySelector("[data-cancel]").addEventListener("click", () => form.closest("dialog").close());
    form.querySelector("textarea").addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      form.requestSubmit();
    });
  }
  asking.addEventListener("submit", (event) => {
    event.preventDefault();
    act(asking, asking.querySelector(".primary"), write);
  });
  calling.addEventListener("submit", (event) => {
    event.preventDefault();
    const told = event.submitter !== at("answer-later");
    act(calling, told ? at("answer-told") : at("answer-later"), () => answer(told));
  });
  at("answer-take").addEventListener("click", () => act(calling, at("answer-take"), take));
  list.addEventListener("click", (event) => {
    const row = event.target.closest("[data-number]");
    if (row) attempt(() => open(row.dataset.number));
  });

  /** Do a move of a panel; what is wrong is said in it, and what was written stays. */
  function act(form, button, work) {
    const inside = form.querySelector("[data-slot=message]");
    const tell = (kind, text) => kind === "done" ? say(kind, text) : put(inside.id, text);
    put(inside.id, "");
    press(button, () => attempt(work, tell), (how) => put(inside.id, words[how]));
  }

  function register() {
    asked += 1; // no enquiry comes over what is being written
    const { name = "", phone = "", item: known = null } = about();
    item = known;
    asking.reset();
    asking.elements.name.value = name;
    asking.elements.phone.value = phone;
    at("about").hidden = !item;
    put("about-item", item ? fill(words.about, item) : "");
    put("register-message", "");
    at("register-panel").showModal();
    asking.elements.question.focus();
  }

  async function write() {
    const value = (name) => asking.elements[name].value.trim();
    const said = { question: value("question"), unit: value("unit"), name: value("name"), phone: value("phone") };
    said.channel = value("channel");
    if (asking.elements.complaint.checked) said.kind = "complaint";
    if (item && asking.elements.about.checked) said.item = item.code;
    const made = await send(`${path}/enquiries`, said);
    at("register-panel").close();
    await look();
    return fill(made.kind === "complaint" ? words.registered_complaint : words.registered, made);
  }

  /** Show an enquiry with its caller in full; the look is recorded. */
  async function open(number) {
    const turn = ++asked;
    const seen = await call("GET", `${path}/enquiries/${encodeURIComponent(number)}`);
    if (turn !== asked) return null;
    shown = seen;
    const { name, phone, unit, question, officer, holder, mine, answer: known, state } = shown;
    put("answer-number", number);
    put("answer-caller", [name, unit].filter(Boolean).join(" · "));
    put("answer-phone", phone);
    put("answer-question", question);
    put("answer-item", shown.item?.name ?? "");
    put("answer-duty", fill(words.duty, { officer, holder }));
    put("answer-due", due(shown, Date.now()).text);
    calling.elements.answer.value = known;
    at("answer-take").hidden = mine;
    at("answer-later").hidden = state === "answered";
    put("answer-message", "");
    if (!at("answer-panel").open) at("answer-panel").showModal();
    calling.elements.answer.focus();
    return null;
  }

  async function answer(told) {
    const text = calling.elements.answer.value.trim();
    const turn = asked;
    const now = await send(`${path}/enquiries/${encodeURIComponent(shown.number)}/answer`, { answer: text, told });
    if (turn === asked) at("answer-panel").close();
    await look();
    return fill(told ? words.told : words.noted, now);
  }

  async function take() {
    const turn = asked, { number } = shown;
    const now = await send(`${path}/enquiries/${encodeURIComponent(number)}/take`);
    await Promise.all([look(), turn === asked && open(number)]);
    return fill(words.taken_on, now);
  }

  /** Read the list anew; gives whether the server answered. */
  async function look() {
    try {
      draw(await call("GET", `${path}/enquiries`));
      return true;
    } catch (error) {
      if (error instanceof Unreachable) return false;
      if (error.status === 401) location.reload();
      throw error;
    }
  }

  function draw({ enquiries, pending, overdue, now }) {
    put("enquiries-count", pending ? fill(overdue ? words.pending_overdue : words.pending, { pending, overdue }) : "");
    keepFocus(() => {
      const focused = document.activeElement?.dataset.number;
      list.replaceChildren(...enquiries.map((one) => row(one, Date.parse(now))));
      at("enquiries-none").hidden = enquiries.length > 0;
      oneStop(list);
      list.querySelector(`[data-number="${focused}"]`)?.focus();
    });
  }

  return { register, look, focus: () => list.querySelector("[tabindex='0']")?.focus() };
}

function row(one, now) {
  const line = document.createElement("li");
  const button = Object.assign(document.createElement("button"), { type: "button", tabIndex: -1 });
  const { state, text } = due(one, now);
  Object.assign(button.dataset, { number: one.number, stop: "", state });
  const who = [one.caller, one.unit].filter(Boolean).join(" · ");
  for (const [tag, said] of [["b", one.kind === "complaint" ? `${words.complaint} · ${text}` : text], ["span", one.question], ["small", who], ["small", one.mine ? words.mine : one.holder]]) {
    button.append(Object.assign(document.createElement(tag), { textContent: said, title: said }));
  }
  line.append(button);
  return line;
}

/** When somebody is to be called: a state (its sign and colour) and words. */
function due(one, now) {
  const left = Math.floor((Date.parse(one.call_back_by) - now) / MINUTE);
  const [size, unit] = Math.abs(left) < 60 ? [Math.abs(left), "minutes"] : [Math.floor(Math.abs(left) / 60), "hours"];
  const state = left < 0 ? "late" : left < SOON ? "soon" : "open";
  const text = fill(words[left < 0 ? "late" : "left"][unit], { count: size });
  return { state, text: one.state === "answered" ? fill(words.answered, { due: text }) : text };
}
