// Reminders (R34) and questions to the leaders (R9): a count in the bar, and the dialogs of templates/alerts_dialog.html.
import { call, fill, Unreachable } from "./api.js";
import { press, send } from "./console_press.js";

const AGAIN = 60_000; // milliseconds: nothing here is urgent to the second

const at = (id) => document.getElementById(id);
const [panel, asking, opener] = [at("alerts"), at("matter"), at("alerts-open")];
const form = asking.querySelector("form");
const slot = (dialog, name) => dialog.querySelector(`[data-slot=${name}]`);
const list = (name) => panel.querySelector(`[data-list=${name}]`);

/**
 * Show an officer of `hall` what he is reminded of. `about()`: the ticket before him, or null; `say(kind, text)` says
 * what came of an act. Gives the function that stops looking.
 */
export function remind(hall, about, say) {
  const path = `/halls/${encodeURIComponent(hall)}`;
  const open = () => {
    look();
    panel.showModal();
  };
  const ask = () => {
    const ticket = about();
    slot(asking, "about").textContent = ticket ? fill(asking.dataset.about, ticket) : "";
    form.reset();
    at("matter-message").textContent = "";
    asking.showModal();
    form.elements.text.focus();
  };
  const submit = (event) => {
    event.preventDefault();
    press(form.querySelector(".primary"), () => put(about()?.id));
  };
  const enter = (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  };

  async function put(ticket) {
    const { kind, text } = form.elements;
    try {
      const made = await send(`${path}/matters`, { text: text.value.trim(), kind: kind.value, ticket });
      asking.close();
      say("done", fill(asking.dataset.put, { number: made.number, time: clock(made.answer_by) }));
      look();
    } catch (error) {
      at("matter-message").textContent = error instanceof Unreachable ? asking.dataset.unsent : error.message;
      text.focus();
    }
  }

  async function look() {
    try {
      const [{ alerts, total }, { matters }] = await Promise.all([
        call("GET", `${path}/alerts?mine=true`), call("GET", `${path}/matters`),
      ]);
      draw(alerts, total, matters);
    } catch (error) {
      if (!(error instanceof Unreachable) && panel.open) slot(panel, "message").textContent = error.message;
    }
  }

  function draw(alerts, total, matters) {
    const mine = matters.filter((one) => one.mine);
    opener.querySelector("b").textContent = total || "";
    opener.setAttribute("aria-label", fill(panel.dataset.count, { count: total }));
    opener.toggleAttribute("data-new", alerts.some((one) => !one.seen_at));
    slot(panel, "message").textContent = "";
    slot(panel, "none").hidden = total > 0;
    slot(panel, "asked").hidden = !mine.length;
    list("alerts").replaceChildren(...alerts.map((one) => row(one, look)));
    list("matters").replaceChildren(...mine.map(question));
  }

  opener.addEventListener("click", open);
  at("ask-leaders").addEventListener("click", ask);
  form.addEventListener("submit", submit);
  form.elements.text.addEventListener("keydown", enter);
  look();
  const looking = setInterval(look, AGAIN);
  return () => clearInterval(looking);
}

function row(one, look) {
  const words = panel.dataset;
  const line = element("li");
  line.toggleAttribute("data-finding", one.finding);
  const told = one.told.length > 1 ? fill(words.told, { told: one.told.slice(1).join("、") }) : "";
  line.append(element("p", one.text), element("small", [fill(words.from, { time: moment(one.at) }), told].filter(Boolean).join(" · ")));
  if (one.finding) line.prepend(element("b", words.finding));
  if (one.seen_at) return line;
  const button = Object.assign(element("button", words.seen), { type: "button" });
  button.addEventListener("click", () => press(button, async () => {
    try {
      await send(`/alerts/${one.id}/seen`);
      await look();
      panel.querySelector("[data-cancel]").focus();
    } catch (error) {
      slot(panel, "message").textContent = error instanceof Unreachable ? words.unsent : error.message;
    }
  }));
  line.append(button);
  return line;
}

function question(one) {
  const words = panel.dataset;
  const line = element("li");
  const waits = one.overdue ? words.overdue : fill(words.waiting, { time: moment(one.answer_by) });
  const said = one.answer ? fill(words.answered, { name: one.answered_by, answer: one.answer }) : waits;
  line.append(element("p", one.text), element(one.answer ? "p" : "small", said));
  line.lastChild.className = "said-back";
  return line;
}

function element(name, text = "") {
  return Object.assign(document.createElement(name), { textContent: text });
}

/** Stamps come with the hall's own time. */
function moment(stamp) {
  return stamp.slice(5, 16).replace("T", " ");
}

function clock(stamp) {
  return stamp.slice(11, 16);
}
