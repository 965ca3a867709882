// Follow my number. The server says everything in words; this script shows them, calls the visitor when it is time, and
// keeps the way to the server open: a socket, or asking now and then where there is none. One file and no syntax newer
// than ES2018, for old phones on bad networks.
"use strict";
(() => {
  const POLL = 10, POLL_MOST = 30, RETRY_MOST = 60;
  const OPENING = 10, SILENCE = 40; // seconds after which a socket that says nothing counts as cut
  const UNDO = 12; // seconds within which an officer can take "done" back
  const OVER = { done: true, cancelled: true, expired: true };
  const LEAVES = { waiting: true, called: true, parked: true, missed: true };
  const page = document.getElementById("page");
  const texts = JSON.parse(document.getElementById("texts").textContent);
  const language = document.documentElement.lang === "en" ? "en" : "zh_CN";
  let ticket = JSON.parse(document.getElementById("ticket").textContent);
  let clock = Date.parse(page.getAttribute("data-now")) - Date.now(); // what the phone's own clock lacks

  const find = (selector) => page.querySelector(selector);
  const fill = (text, fields) => text.replace(/\{(\w+)\}/g, (whole, name) => fields[name]);
  const path = () => "/api/v1/tickets/" + ticket.id;

  // What the page shows

  function put(name, text) {
    const slot = find('[data-slot="' + name + '"]');
    if (slot.textContent !== text) slot.textContent = text || ""; // told again, it would be read out again
    (slot.parentNode.hasAttribute("data-part") ? slot.parentNode : slot).hidden = !text;
  }

  function hide(selector, hidden) {
    const element = find(selector);
    if (element) element.hidden = hidden;
  }

  function show(next) {
    ticket = next;
    const waiting = ticket.status === "waiting";
    page.setAttribute("data-status", ticket.status);
    ["now", "hint", "ahead", "wait", "windows"].forEach((name) => put(name, ticket.said[name]));
    hide(".figures", !waiting);
    hide("[data-bring]", OVER[ticket.status]);
    hide('[data-ask="postpone"]', !ticket.postpone_minutes);
    hide('[data-ask="cancel"]', !LEAVES[ticket.status]);
    move();
    remind();
    name();
    if (OVER[ticket.status] && !checking) checking = setTimeout(poll, UNDO * 1000);
  }

  /** The line that moves: how much of the waiting is over. */
  function move() {
    const bar = find("progress");
    bar.hidden = !ticket.wait;
    if (bar.hidden) return;
    const waited = Math.max(0, Date.now() + clock - Date.parse(ticket.arrival)) / 60000;
    bar.value = 100 * waited / (waited + (ticket.wait.low + ticket.wait.high) / 2);
  }

  let blinking = 0;
  function name() {
    clearInterval(blinking);
    document.title = ticket.said.title;
    if (ticket.status !== "called") return;
    const titles = ["【" + ticket.said.now + "】", ticket.number];
    let turn = 0;
    const blink = () => { document.title = titles[turn++ % 2]; };
    blink();
    blinking = setInterval(blink, 1000);
  }

  // Reminding

  const Sound = window.AudioContext || window.webkitAudioContext;
  const button = find("[data-remind]");
  let sound = null, lock = null, reminded = "", reminding = kept() === "on";

  function kept(value) { // a phone may forbid to keep anything
    try {
      if (value) localStorage.setItem("paihao.remind", value);
      return localStorage.getItem("paihao.remind");
    } catch (error) {
      return null;
    }
  }

  /** Once when it is near, once at each call of this number. */
  function remind() {
    const called = ticket.status === "called";
    const cause = called ? ticket.called_at + ticket.recalls : ticket.near ? "near" : "";
    if (cause && cause !== reminded) alarm(called ? 3 : 1);
    reminded = cause;
    awake();
  }

  function alarm(times) {
    if (navigator.vibrate) navigator.vibrate(times > 1 ? [400, 200, 400, 200, 800] : [400]);
    if (!reminding || !sound || sound.state !== "running") return;
    for (let i = 0; i < times; i++) {
      const tone = sound.createOscillator(), volume = sound.createGain(), at = sound.currentTime + i * .5;
      tone.frequency.value = 880;
      volume.gain.value = .4;
      tone.connect(volume);
      volume.connect(sound.destination);
      tone.start(at);
      tone.stop(at + .25);
    }
  }

  /** Browsers let a page sound only after it was touched, and forget it when the page is opened again. */
  function touched() {
    if (!reminding || !Sound) return;
    sound = sound || new Sound();
    if (sound.state !== "running") sound.resume().then(label, label);
  }

  function label() {
    button.hidden = !(Sound || navigator.vibrate) || !!OVER[ticket.status];
    const silent = Sound && !(sound && sound.state === "running");
    button.setAttribute("aria-pressed", reminding);
    button.textContent = !reminding ? texts.remind : silent ? texts.touch : texts.reminding;
  }

  /** Somebody who wants to be reminded needs a phone that does not fall asleep. */
  function awake() {
    const wanted = reminding && !OVER[ticket.status] && !document.hidden;
    if (wanted && !lock && navigator.wakeLock) {
      navigator.wakeLock.request("screen").then((given) => {
        lock = given;
        given.addEventListener("release", () => { lock = null; });
      }, () => {});
    } else if (!wanted && lock) {
      lock.release();
    }
    label();
  }

  button.addEventListener("click", () => {
    const silent = reminding && Sound && !(sound && sound.state === "running");
    reminding = silent || !reminding;
    kept(reminding ? "on" : "off");
    touched();
    awake();
    if (reminding) alarm(1); // so that he knows what to listen for
  });
  ["click", "keydown"].forEach((event) => document.addEventListener(event, touched));

  // The way to the server

  let socket = null, live = false, heard = Date.now(), tries = 0, retrying = 0;
  let polling = 0, pause = POLL, checking = 0, away = false;

  function arrived() {
    heard = Date.now();
    away = false;
    put("away", "");
  }

  function connect() {
    clearTimeout(retrying);
    if (socket || !window.WebSocket || OVER[ticket.status]) return;
    const address = location.origin.replace("http", "ws") + path() + "/live?lang=" + language;
    const began = Date.now();
    let own = null;
    try {
      own = socket = new WebSocket(address);
    } catch (error) {
      return retry();
    }
    own.began = began;
    own.onmessage = (message) => {
      if (own !== socket) return;
      const frame = JSON.parse(message.data);
      live = true;
      tries = 0;
      clearTimeout(polling);
      arrived();
      if (frame.type === "ticket") return show(frame);
      clock = Date.parse(frame.at) - Date.now();
      own.send('{"type":"pong"}');
    };
    own.onclose = (closed) => {
      if (own === socket) closed.code === 4404 ? gone() : cut();
    };
  }

  function cut() {
    if (socket) {
      socket.onclose = null;
      socket.close();
    }
    socket = null;
    live = false;
    if (OVER[ticket.status]) return;
    poll();
    retry();
  }

  function retry() {
    clearTimeout(retrying);
    retrying = setTimeout(connect, (Math.min(RETRY_MOST, Math.pow(2, tries++)) + Math.random()) * 1000);
  }

  /** Without cookies: an officer's own browser, too, is here nobody but the holder of the link. */
  function ask(method, action) {
    const headers = { Accept: "application/json" };
    if (method === "POST") headers["Idempotency-Key"] = key(action);
    const request = fetch(path() + action + "?lang=" + language, { method, headers, credentials: "omit", cache: "no-store" });
    const late = new Promise((_, fail) => setTimeout(fail, 10000, new Error("late")));
    return Promise.race([request, late]).then((answer) => answer.json().then((body) => {
      if (answer.ok) return body;
      throw Object.assign(new Error(body.detail), { said: body.detail, status: answer.status });
    }));
  }

  const keys = {};
  function key(action) {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return keys[action] = keys[action] || Array.from(bytes, (byte) => byte.toString(16)).join("-");
  }

  function poll() {
    clearTimeout(polling);
    return ask("GET", "").then((next) => {
      pause = POLL;
      if (live) return; // what the socket said meanwhile is newer
      arrived();
      show(next);
      connect();
    }, (error) => {
      if (error.status === 404) return gone();
      pause = Math.min(POLL_MOST, pause * 1.5);
      away = true;
      told();
    }).then(() => {
      clearTimeout(polling);
      if (!live && ticket && !OVER[ticket.status]) polling = setTimeout(poll, pause * 1000);
    });
  }

  /** While the server is away: from when the picture is. */
  function told() {
    if (!away || live) return;
    const minutes = Math.floor((Date.now() - heard) / 60000);
    const time = new Date(heard).toTimeString().slice(0, 5);
    put("away", fill(minutes ? texts.away_long : texts.away, { time, minutes }));
  }

  function gone() {
    ticket.status = "expired";
    ticket.said = { now: texts.gone, hint: texts.gone_hint, title: texts.gone };
    ticket.postpone_minutes = 0;
    ticket.wait = null;
    checking = -1;
    arrived();
    show(ticket);
  }

  setInterval(() => {
    if (socket && Date.now() - Math.max(heard, socket.began) > (live ? SILENCE : OPENING) * 1000) cut();
    told();
    move();
  }, 5000);

  /** A phone that slept, or came back into the net, does not wait for its next try. */
  function back() {
    awake();
    if (document.hidden || OVER[ticket.status]) return;
    if (socket && Date.now() - heard > SILENCE * 500) return cut();
    tries = 0;
    connect();
    if (!live) poll();
  }
  document.addEventListener("visibilitychange", back);
  window.addEventListener("online", back);

  // What the visitor can do

  function act(action, dialog) {
    const sure = dialog.querySelector("[data-sure]"), refused = dialog.querySelector(".away");
    sure.disabled = true;
    ask("POST", "/" + action).then(() => {
      if (dialog.open) dialog.close();
      find("main").focus();
      if (!live) return poll();
    }, (error) => {
      refused.textContent = error.said || texts.unsent;
      refused.hidden = false;
      if (!dialog.showModal) alert(refused.textContent);
    }).then(() => { sure.disabled = false; });
  }

  ["postpone", "cancel"].forEach((action) => {
    const dialog = document.getElementById("ask-" + action);
    find('[data-ask="' + action + '"]').addEventListener("click", () => {
      dialog.querySelector(".away").hidden = true;
      if (dialog.showModal) return dialog.showModal();
      // Phones too old for dialogs have the plain one of the browser.
      const words = dialog.querySelector("h2").textContent + "\n" + dialog.querySelector("p").textContent;
      if (confirm(words)) act(action, dialog);
    });
    dialog.querySelector("[data-sure]").addEventListener("click", () => act(action, dialog));
  });

  show(ticket);
  connect();
  polling = setTimeout(poll, POLL * 1000);
})();
