// The booking pages work without this. It finds items while one types, counts the hold down, and sends a form once.
import { fill, texts } from "./api.js";

const QUIET = 200;
const say = texts();

// Search ---------------------------------------------------------------------------------------------------------------

const search = document.querySelector("[data-search]");

/** Show what the server finds, in place; where that fails, pressing the button still works. */
async function look(asked, signal) {
  const answer = await fetch(asked, { headers: { Accept: "text/html" }, signal });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = document.getElementById("found");
  // The heading stays and says the new count, so that it is read aloud.
  found.querySelector("h2").textContent = page.querySelector("#found h2").textContent;
  found.replaceChildren(found.firstElementChild, ...page.querySelectorAll("#found > :not(:first-child)"));
  history.replaceState(null, "", asked);
}

if (search) {
  let waiting, asking;
  search.addEventListener("input", () => {
    clearTimeout(waiting);
    asking?.abort();
    asking = new AbortController();
    const { signal } = asking;
    const asked = `${search.action}?${new URLSearchParams(new FormData(search))}`;
    waiting = setTimeout(() => look(asked, signal).catch(() => {}), QUIET);
  });
}

// The hold -------------------------------------------------------------------------------------------------------------

const held = document.querySelector("[data-seconds]");

if (held) {
  const left = held.querySelector("[data-left]");
  const spoken = held.parentElement.appendChild(document.createElement("p"));
  spoken.className = "visually-hidden";
  spoken.setAttribute("role", "status");
  // By the server's clock, for the phone's own may be wrong: so many seconds were left when the page was asked for.
  const asked = Date.now() - performance.now();
  const show = () => {
    const rest = Math.max(0, Math.round(Number(held.dataset.seconds) - (Date.now() - asked) / 1000));
    const fields = { minutes: Math.floor(rest / 60), seconds: String(rest % 60).padStart(2, "0") };
    left.textContent = rest ? fill(say.left, fields) : "";
    if (rest <= 60 && rest > 0 && !spoken.textContent) spoken.textContent = say.soon;
    if (rest > 0) return;
    clearInterval(ticking);
    held.textContent = spoken.textContent = say.over;
    held.classList.add("over");
  };
  const ticking = setInterval(show, 1000);
  show();
}

// Forms ----------------------------------------------------------------------------------------------------------------

for (const form of document.querySelectorAll("[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.ariaBusy === "true") event.preventDefault();
    form.ariaBusy = "true";
  });
}
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-once]")) form.ariaBusy = "false";
});
