// When to look again: the board's socket tells that something moved, and a slow poll repairs whatever it missed.

const POLL = 10_000;
const DEBOUNCE = 150;
const SILENCE = 40_000; // the server pings every 15 seconds; a socket that is silent for so long is dead
const LONGEST_WAIT = 15_000;

/** Call `changed` when a frame about which `concerns(frame)` came, and every ten seconds in any case. */
export function follow(hall, concerns, changed) {
  let socket, heard, planned = null, tries = 0;

  function soon() {
    planned ??= setTimeout(() => {
      planned = null;
      changed();
    }, DEBOUNCE);
  }

  function connect() {
    const address = new URL(`/api/v1/halls/${encodeURIComponent(hall)}/board/live`, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    socket = new WebSocket(address);
    heard = Date.now();
    socket.addEventListener("message", ({ data }) => {
      heard = Date.now();
      tries = 0;
      const frame = JSON.parse(data);
      if (frame.type === "ping") socket.send('{"type":"pong"}');
      else if (concerns(frame)) soon();
    });
    socket.addEventListener("close", () => {
      const wait = Math.min(LONGEST_WAIT, 1000 * 2 ** tries++);
      setTimeout(connect, wait * (0.5 + Math.random() / 2));
    });
  }

  connect();
  setInterval(() => {
    if (Date.now() - heard > SILENCE) socket.close();
    changed();
  }, POLL);
  for (const event of ["online", "offline"]) window.addEventListener(event, changed);
}
