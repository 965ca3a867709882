// Talking to /api/v1: one way to call, one way to fail. Texts come from the server in the page's language.

/** What the server refused: `code` is stable, `message` is for the reader, `said` is all of it. */
export class Refused extends Error {
  constructor(problem) {
    super(problem.detail);
    this.code = problem.code;
    this.status = problem.status;
    this.said = problem;
  }
}

/** The server could not be reached. */
export class Unreachable extends Error {}

let csrf = null;

/** Remember the word that a session's requests must repeat. */
export function useSession(session) {
  csrf = session.csrf;
}

/** The word, for requests that are not made by `call`. */
export function csrfWord() {
  return csrf ?? "";
}

/**
 * Call the interface; gives the parsed body, or null for 204.
 * `token`: a device's bearer token. Every POST carries an Idempotency-Key, so that a retry can never act twice.
 * `withdraw`: repeats a request that got no answer, to learn what came of it; if nothing, nothing will (409 `withdrawn`).
 */
export async function call(method, path, body, { token, key = method === "POST" ? newKey() : null, withdraw } = {}) {
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (token) headers.Authorization = `Bearer ${token}`;
  else if (csrf) headers["X-CSRFToken"] = csrf;
  if (key) headers["Idempotency-Key"] = key;
  if (withdraw) headers["Idempotency-Withdraw"] = "1";
  let answer;
  try {
    answer = await fetch(`/api/v1${path}`, {
      method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal: AbortSignal.timeout(10000),
    });
  } catch (error) {
    throw new Unreachable(String(error));
  }
  if (answer.status === 204) return null;
  const said = await answer.json().catch(() => ({ detail: answer.statusText, code: "http_error", status: answer.status }));
  if (!answer.ok) throw new Refused(said);
  return said;
}

/** An unguessable key; also where the page is not served over HTTPS and crypto.randomUUID is missing. */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Fill {name} fields of a text. */
export function fill(text, fields) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in fields ? fields[name] : whole));
}

/** The texts that a page's template left for its script: <script type="application/json" id="texts">. */
export function texts() {
  return JSON.parse(document.getElementById("texts").textContent);
}
