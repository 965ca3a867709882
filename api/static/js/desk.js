// The first desk's way in: who is it, which hall, and the keys that reach everything.
import { call, texts, Unreachable, useSession } from "./api.js";
import { followChanges } from "./changes.js";
import { openAgencies } from "./desk_agencies.js";
import { findAppointments, receiveBookings } from "./desk_booking.js";
import { keepCustody } from "./desk_custody.js";
import { followHall } from "./desk_live.js";
import { watchLists } from "./desk_lists.js";
import { attempt, say, useSignIn } from "./desk_say.js";
import { findNumber, learn, receive, showNumber } from "./desk_visitor.js";
import { hallOf, refuse, signIn } from "./officer.js";
import { press } from "./console_press.js";
import { remind } from "./reminders.js";

const AT_DESK = ["clerk", "guide", "supervisor", "admin"];

const words = texts();
const at = (id) => document.getElementById(id);

try {
  await start();
} catch (error) {
  refuse(error instanceof Unreachable ? words.no_server : error.message);
}

async function start() {
  const session = await call("GET", "/session");
  if (session.role === "public") return signIn();
  useSession(session);
  useSignIn(signIn);
  at("leave").addEventListener("click", () => press(at("leave"), () => attempt(() => call("DELETE", "/session").then(signIn))));
  at("officer").textContent = session.name;
  if (!AT_DESK.includes(session.role)) return refuse(words.no_desk);
  const code = await hallOf(session);
  const path = `/halls/${encodeURIComponent(code)}`;
  let hall = await call("GET", path);
  const english = document.documentElement.lang === "en";
  at("hall-name").textContent = at("hall-name").title = (english && hall.name_en) || hall.name;
  const fresh = receive(path, hall);
  const look = watchLists(path, showNumber);
  openAgencies(path, at("agencies-open"));
  receiveBookings(path);
  at("fresh").addEventListener("click", fresh);
  at("find").addEventListener("submit", (event) => {
    event.preventDefault();
    const said = at("find-number").value;
    if (!findAppointments(said)) attempt(() => findNumber(said));
  });
  document.addEventListener("keydown", (event) => onKey(event, fresh));
  followHall(code, look);
  followChanges(code, { word: "edition", shown: () => hall.edition, async renew() {
    hall = await call("GET", path);
    learn(hall);
  } });
  remind(code, () => null, say);
  const kept = keepCustody(path, hall);
  at("tools").hidden = at("first-desk").hidden = false; // only now is everything that can be pressed listened to
  fresh();
  say("", "");
  await Promise.all([look(), kept()]); // the lists may come late: nobody's visitor is taken from him then
}

function onKey(event, fresh) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || event.repeat) return;
  const act = { F2: fresh, F4: () => at("change-line").click(), F7: () => at("agencies-open").click(), F8: toNumber }[event.key];
  if (!act) return;
  event.preventDefault();
  if (!document.querySelector("dialog[open]")) act();
}

function toNumber() {
  at("find-number").select();
}
