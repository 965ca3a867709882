// The second factor: set up with its first code, its recovery codes shown once, turned off with password and code.
import { call, fill } from "./api.js";
import { report } from "./officer.js";

const at = (id) => document.getElementById(id);
const PARTS = ["factor-begin", "factor-setup", "factor-recovery", "factor-off"];

/** Gives `show(account)`: draw what the server says. */
export function openSecondFactor({ words, attempt, complain, refresh }) {
  const [code, password] = ["factor-code", "factor-password"].map(at);
  let offer = "";
  let username = "";

  /** One part of the section at a time. */
  function only(part) {
    for (const id of PARTS) at(id).hidden = id !== part;
    report("factor-said", "");
  }

  function show(account) {
    username = account.username;
    const { state, since, recovery_left: count } = account.second_factor;
    const time = since?.slice(0, 16).replace("T", " ");
    at("factor-state").dataset.state = state;
    at("factor-state").textContent = state === "on" ? fill(words.on_since, { time, count }) : words.off;
    if (at("factor-recovery").hidden && at("factor-setup").hidden) only(state === "on" ? "factor-off" : "factor-begin");
  }

  async function begin() {
    const made = await call("POST", "/account/second-factor");
    offer = made.offer;
    at("factor-qr").replaceChildren(document.importNode(new DOMParser().parseFromString(made.qr, "text/html").querySelector("svg"), true));
    at("factor-secret").textContent = made.secret;
    code.value = password.value = "";
    complain([code, password]);
    only("factor-setup");
    code.focus({ preventScroll: true });
    at("second-factor").scrollIntoView({ block: "start" });
  }

  async function turnOn() {
    const proof = { offer, code: code.value.trim(), password: password.value };
    const { recovery_codes: codes } = await call("POST", "/account/second-factor/on", proof);
    offer = password.value = "";
    at("factor-qr").replaceChildren();
    at("factor-secret").textContent = "";
    at("recovery-codes").replaceChildren(...codes.map((one) => Object.assign(document.createElement("li"), { textContent: one })));
    at("recovery-title").textContent = fill(words.recovery_title, { username });
    only("factor-recovery");
    await refresh();
    at("recovery-title").focus();
  }

  at("factor-begin").addEventListener("click", () => attempt("factor-said", begin));
  at("factor-cancel").addEventListener("click", () => {
    only("factor-begin");
    at("factor-begin").focus();
  });
  at("factor-setup").addEventListener("submit", (event) => {
    event.preventDefault();
    complain([code, password]);
    if (!code.value.trim()) return complain([code], words.no_code);
    if (!password.value) return complain([password], words.no_password);
    attempt("factor-said", turnOn, { wrong_code: code, wrong_credentials: password });
  });
  at("recovery-print").addEventListener("click", () => window.print());
  at("recovery-done").addEventListener("click", () => {
    at("recovery-codes").replaceChildren();
    only("factor-off");
    at("factor-title").focus();
  });
  at("off-form").addEventListener("submit", (event) => {
    event.preventDefault();
    const [secret, proof] = ["off-password", "off-code"].map(at);
    complain([secret, proof]);
    if (!secret.value) return complain([secret], words.no_password);
    if (!proof.value.trim()) return complain([proof], words.no_code);
    attempt("factor-said", async () => {
      await call("POST", "/account/second-factor/off", { password: secret.value, code: proof.value.trim() });
      secret.value = proof.value = "";
      at("factor-off").open = false;
      await refresh();
      report("factor-said", words.turned_off);
      at("factor-title").focus();
    }, { wrong_credentials: secret, wrong_code: proof, code_needed: proof });
  });
  return { show };
}
