// The booking pages work without this. It finds items while one types, counts the hold down, sends a form once, and
// follows the hall.
import { fill, texts } from "./api.js";
import { fetchMain, follow, showIn } from "./book_changes.js";

const QUIET = 200;
const say = texts();

// Search ---------------------------------------------------------------------------------------------------------------

const search = document.querySelector("[data-search]");
const found = document.getElementById("found");

/** What was typed so far asks for this. */
const asked = () => `${search.action}?${new URLSearchParams(new FormData(search))}`;

/** Show what the server found, in place; the heading stays and says the new count, so that it is read aloud. */
function showFound(fresh) {
  const made = fresh.querySelector("#found");
  const heading = found.querySelector("h2"), count = made.querySelector("h2").textContent;
  const news = heading.textContent !== count;
  if (news) heading.textContent = count;
  return showIn(found, made) || news;
}

/** Where that fails, pressing the button still works. */
async function look(address, signal) {
  const fresh = await fetchMain(address, signal);
  if (!fresh) return;
  showFound(fresh);
  history.replaceState(null, "", address);
}

if (search) {
  let waiting, asking;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    asking?.abort();
    asking = new AbortController();
    const { signal } = asking;
    const address = asked();
    waiting = setTimeout(() => look(address, signal).catch(() => {}), QUIET);
  });
}

// The hold -------------------------------------------------------------------------------------------------------------

const held = document.querySelector("[data-seconds]");

if (held) {
  const left = held.querySelector("[data-left]");
  const told = document.getElementById("told");
  // By the server's clock, for the phone's own may be wrong: so many seconds were left when the page was asked for.
  const begun = Date.now() - performance.now();
  const show = () => {
    const rest = Math.max(0, Math.round(Number(held.dataset.seconds) - (Date.now() - begun) / 1000));
    const fields = { minutes: Math.floor(rest / 60), seconds: String(rest % 60).padStart(2, "0") };
    left.textContent = rest ? fill(say.left, fields) : "";
    if (rest <= 60 && rest > 0 && !told.textContent) told.textContent = say.soon;
    if (rest > 0) return;
    clearInterval(ticking);
    held.textContent = told.textContent = say.over;
    held.classList.add("over");
  };
  const ticking = setInterval(show, 1000);
  show();
}

// Forms ----------------------------------------------------------------------------------------------------------------

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-once]");
  if (form?.ariaBusy === "true") event.preventDefault();
  if (form) form.ariaBusy = "true";
});
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-once]")) form.ariaBusy = null;
});

// The hall -------------------------------------------------------------------------------------------------------------

if (search) follow(say, { address: asked, show: (fresh) => showFound(fresh) && say.items_changed });
else if (document.querySelector("[data-follows]")) follow(say);
