// Where an officer is signed in, when he or somebody else tried, and for who steers a hall: who else is signed in.
import { call, fill } from "./api.js";
import { report } from "./officer.js";

const STEERING = ["supervisor", "admin"];
const at = (id) => document.getElementById(id);
const time = (stamp) => stamp.slice(0, 16).replace("T", " ");

/** An element with a class and text. */
function made(tag, text, className = "") {
  return Object.assign(document.createElement(tag), { textContent: text, className });
}

/** Gives `show(account, held)`; `held`: he can see nobody else before he has a second factor. */
export function openSessions({ words, attempt, refresh }, role) {
  const agent = (one) => one.agent || words.unknown_agent;
  const lasting = (one) =>
    one.since ? fill(words.since, { since: time(one.since), until: time(one.until) }) : fill(words.since_unknown, { until: time(one.until) });
  const where = (one) => [one.address, lasting(one)].filter(Boolean).join(" · ");

  /** A row; `end`: the path that ends the session, if the reader may. */
  function row(one, title, detail, end, label) {
    const item = document.createElement("li");
    const text = made("div", "");
    text.append(made("b", title), made("small", detail));
    item.append(text);
    if (one.current) item.append(made("span", words.current, "here"));
    else if (end) {
      const button = Object.assign(made("button", words.end), { type: "button", ariaLabel: label });
      button.addEventListener("click", () => over(end.place, end.path, words.ended));
      item.append(button);
    }
    return item;
  }

  /** End something, draw what is left, and say so; the button that was pressed may be gone. */
  const over = (place, path, text) =>
    attempt(place, async () => {
      await call("DELETE", path);
      await refresh();
      report(place, text);
      if (document.activeElement === document.body) at("main").focus({ preventScroll: true });
    });

  function mine(sessions) {
    at("sessions-count").textContent = fill(words.count, { count: sessions.length });
    at("end-others").disabled = sessions.length < 2;
    at("sessions").replaceChildren(
      ...sessions.map((one) => {
        const label = fill(words.end_one, { agent: agent(one), since: one.since ? time(one.since) : "" });
        return row(one, agent(one), where(one), { place: "sessions-said", path: `/account/sessions/${one.id}` }, label);
      }),
    );
  }

  function tried(signIns) {
    at("sign-ins").replaceChildren(
      ...signIns.map((one) => {
        const what = words.sign_ins[one.reason] ?? words.sign_ins[one.what];
        const item = row({}, what, [time(one.at), one.address, one.agent].filter(Boolean).join(" · "));
        item.dataset.what = one.what;
        return item;
      }),
    );
    if (!signIns.length) at("sign-ins").append(made("li", words.no_sign_ins));
  }

  async function others() {
    const { sessions } = await call("GET", "/sessions");
    at("hall-count").textContent = fill(words.count, { count: sessions.length });
    at("hall-list").replaceChildren(
      ...sessions.map((one) => {
        const name = fill(words.person, one.staff);
        const label = fill(words.end_of, { name, agent: agent(one), since: one.since ? time(one.since) : "" });
        const end = role === "admin" ? { place: "hall-said", path: `/sessions/${one.id}` } : null;
        return row(one, `${name} ${words.roles[one.staff.role]}`, [agent(one), where(one)].join(" · "), end, label);
      }),
    );
    if (!sessions.length) at("hall-list").append(made("li", words.nobody));
    at("hall-sessions").hidden = false;
  }

  at("end-others").addEventListener("click", () => over("sessions-said", "/account/sessions", words.ended_others));

  async function show(account, held) {
    report("sessions-said", "");
    mine(account.sessions);
    tried(account.sign_ins);
    if (STEERING.includes(role) && !held) await others();
  }

  return { show };
}
