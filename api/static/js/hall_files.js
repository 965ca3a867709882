// A hall out as one file and in again: a file that is chosen or dropped is previewed at once, and taken in when agreed.
import { call, fill, Refused, texts, Unreachable, useSession } from "./api.js";
import { draw, drawFaults } from "./hall_report.js";
import { hallOf, refuse, report, signIn } from "./officer.js";
import { send } from "./upload.js";

const STEERING = ["supervisor", "admin"];
const words = texts();
const at = (id) => document.getElementById(id);

/** The file in hand: its name, its bytes as they were when it was chosen, and the mark of what its preview said. */
let held = null;
let busy = false;

try {
  await start();
} catch (error) {
  refuse(error instanceof Unreachable ? words.no_server : error.message);
}

async function start() {
  const session = await call("GET", "/session");
  if (session.role === "public") return signIn();
  useSession(session);
  at("officer").textContent = session.name;
  if (!STEERING.includes(session.role)) return refuse(words.not_yours);
  await offer(session);
  const admin = session.role === "admin";
  at("only-admins").hidden = admin;
  at("in-form").hidden = !admin;
  if (admin) openImport();
  at("exchange").hidden = false;
}

/** The ways out: of the officer's hall, or of the one that he chooses. */
async function offer(session) {
  const code = await hallOf(session);
  const halls = (await call("GET", "/halls")).halls.filter((hall) => session.hall === null || hall.code === code);
  const choice = at("hall");
  choice.replaceChildren(...halls.map((hall) => new Option(hall.name, hall.code, false, hall.code === code)));
  const lead = () => {
    for (const kind of ["xlsx", "zip"]) at(`out-${kind}`).href = `/api/v1/halls/${encodeURIComponent(choice.value)}/files?kind=${kind}`;
  };
  choice.addEventListener("change", lead);
  at("choose-hall").hidden = halls.length < 2;
  at("hall-name").hidden = halls.length > 1;
  at("hall-name").textContent = halls.find((hall) => hall.code === code)?.name ?? "";
  lead();
}

function openImport() {
  const drop = at("drop");
  at("pick").addEventListener("click", () => at("file").click());
  at("file").addEventListener("change", ({ target }) => {
    const [file] = target.files;
    target.value = ""; // so that the same file, corrected meanwhile, can be chosen again
    if (file) take(file);
  });
  for (const kind of ["dragenter", "dragover"]) drop.addEventListener(kind, (event) => mark(event, true));
  drop.addEventListener("dragleave", (event) => mark(event, drop.contains(event.relatedTarget)));
  drop.addEventListener("drop", (event) => {
    mark(event, false);
    const [file] = event.dataTransfer.files;
    if (file) take(file);
  });
  // A file that misses its place must not replace the page.
  for (const kind of ["dragover", "drop"]) addEventListener(kind, (event) => event.preventDefault());
  at("in-form").addEventListener("submit", (event) => event.preventDefault());
  at("confirm").addEventListener("click", () => attempt(words.importing, confirm));
  at("again").addEventListener("click", () => attempt(words.checking, preview));
  at("drop-it").addEventListener("click", leave);

  function mark(event, over) {
    event.preventDefault();
    drop.toggleAttribute("data-over", over);
  }
}

async function take(file) {
  if (busy) return;
  at("report").hidden = true;
  held = { name: file.name, bytes: null, mark: null };
  if (file.size > words.largest) return report("wrong", words.too_large, true);
  await attempt(words.checking, async () => {
    held.bytes = await file.arrayBuffer().catch(() => {
      throw new Error(fill(words.unread, { file: file.name }));
    });
    await preview();
  });
}

const post = (more = {}) =>
  send(`/halls/import?${new URLSearchParams({ name: held.name.slice(-100), ...more })}`, held.bytes);

async function preview() {
  held.mark = null;
  const said = await post();
  held.mark = said.mark;
  const changes = said.counts.added + said.counts.changed + said.counts.removed;
  const title = changes === 0 ? words.nothing : said.new ? words.preview_new : words.preview;
  show(fill(title, { file: held.name, count: changes }), said, changes ? ["confirm", "drop-it"] : []);
}

async function confirm() {
  try {
    const said = await post({ agreed: held.mark });
    const changes = said.counts.added + said.counts.changed + said.counts.removed;
    show(fill(words.done, { file: held.name, count: changes }), said, []);
    at("report").dataset.state = "done";
    const codes = said.in_the_way;
    at("in-the-way").hidden = codes.length === 0;
    at("in-the-way").textContent = fill(words.in_the_way, { count: codes.length, codes: codes.join(" ") });
    held = null;
  } catch (error) {
    if (error instanceof Refused && error.code !== "hall_changed") throw error;
    acts(["again", "drop-it"]); // what was seen no longer holds, or nobody knows what came of it
    at("again").focus();
    throw error instanceof Unreachable ? new Error(words.unknown) : error;
  }
}

/** Do one thing at a time, and say what came of it. */
async function attempt(doing, work) {
  if (busy) return;
  busy = true;
  at("exchange").ariaBusy = "true";
  report("wrong", "", true);
  report("said", fill(doing, { file: held.name }));
  try {
    await work();
  } catch (error) {
    if (error instanceof Refused && error.status === 401) return signIn(); // somebody ended this session
    if (error instanceof Refused && error.said.faults) showFaults(error.said);
    else report("wrong", error instanceof Unreachable ? words.unsent : error.message, true);
  } finally {
    busy = false;
    at("exchange").ariaBusy = "false";
    report("said", "");
  }
}

function show(title, said, buttons) {
  open(title, "preview");
  at("report-hall").textContent = fill(words.hall, { name: said.name, code: said.hall });
  draw(said, words);
  acts(buttons);
  at("report-title").focus();
}

function showFaults(said) {
  open(fill(words.broken, { file: held.name, count: said.count }), "broken");
  at("report-hall").textContent = "";
  drawFaults(said, words);
  acts([]);
  at("report-title").focus();
}

function open(title, state) {
  at("report").dataset.state = state;
  at("report-title").textContent = title;
  at("in-the-way").hidden = true;
  at("report").hidden = false;
}

function acts(shown) {
  at("acts").hidden = shown.length === 0;
  for (const button of at("acts").children) button.hidden = !shown.includes(button.id);
}

function leave() {
  held = null;
  at("report").hidden = true;
  report("wrong", "", true);
  at("pick").focus();
}
