// The phone operator's way in: who is it, which hall, and the keys that reach everything.
import { call, texts, Unreachable, useSession } from "./api.js";
import { press } from "./console_press.js";
import { followHall } from "./desk_live.js";
import { attempt, say, useSignIn } from "./desk_say.js";
import { hallOf, refuse, signIn } from "./officer.js";
import { openBooking } from "./phone_booking.js";
import { openCaller } from "./phone_caller.js";
import { openEnquiries } from "./phone_enquiries.js";

const ON_PHONE = ["operator", "guide", "supervisor", "admin"];

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
  if (!ON_PHONE.includes(session.role)) return refuse(words.no_phone);
  const code = await hallOf(session);
  const path = `/halls/${encodeURIComponent(code)}`;
  const hall = await call("GET", path);
  const english = document.documentElement.lang === "en";
  at("hall-name").textContent = at("hall-name").title = (english && hall.name_en) || hall.name;

  const booking = openBooking(path, hall, { done: (made, before) => caller.keep(made, before), left: () => caller.show() });
  const caller = openCaller(path, booking);
  const enquiries = openEnquiries(path, () => ({ ...caller.known(), item: booking.item() ?? caller.item() }));
  const keys = { F2: caller.fresh, F9: enquiries.register, F10: enquiries.focus, Escape: booking.back };
  for (const button of document.querySelectorAll("[data-act]")) {
    button.addEventListener("click", () => caller.act(button.dataset.act, button));
    keys[button.getAttribute("aria-keyshortcuts")] = () => button.click();
  }
  at("fresh").addEventListener("click", caller.fresh);
  at("register").addEventListener("click", enquiries.register);
  document.addEventListener("keydown", (event) => onKey(event, keys));
  // Shown when everything listens, and nothing takes the focus afterwards from whoever has begun.
  at("first-desk").hidden = false;
  caller.fresh();
  say("", "");
  followHall(code, enquiries.look);
  await enquiries.look();
}

function onKey(event, keys) {
  if (event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || event.repeat || event.isComposing) return;
  const act = keys[event.key];
  if (!act || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  act();
}
