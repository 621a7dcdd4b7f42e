// Keeps open pages true. One event stream; where it fails, polling, and the mark says so.
//
// An element that can be read again says on what news, and where from:
//   <div data-live="job:<id> queue" data-src="/jobs/<id>/card/">…</div>
// Its address answers with the element itself; the difference is morphed in. 404 or 410 takes it away.

const SILENCE = 15_000; // ms without news: the mark turns grey and polling starts
const POLL = 10_000; // ms between polls, only while the page is looked at
const CALM = 400; // ms between two reads of an element about one job
const CALMER = 900; // ms between two reads of a list, which every job touches
const HIDDEN = 30_000; // ms out of sight before the stream is closed; browsers allow six per host
const FIRST_WAIT = 2_000;
const LONGEST_WAIT = 30_000;
const NAMES = ["job", "queue", "notice", "beat", "reset", "degraded", "restored"];
const REMEMBERED = 500; // numbers of events; a stream that comes back tells the last ten seconds twice

let stream = null;
let lastNews = 0;
let lastPoll = 0;
let wait = FIRST_WAIT;
let hiddenTimer = 0;
let reopenTimer = 0;
const reading = new WeakMap();
const known = new Set();
let slower = "";
let answers = true; // the last poll came through
let last = ""; // the newest event heard of
let late = false; // an earlier stream came to nothing

// --- the stream ---

function open() {
  clearTimeout(reopenTimer);
  if (stream || (document.hidden && !hasEars())) return;
  stream = new EventSource(address());
  stream.addEventListener("open", () => {
    wait = FIRST_WAIT;
    heard();
    if (late && !last) readAll(); // nothing tells the server from where to go on
  });
  for (const name of NAMES) stream.addEventListener(name, (event) => hear(name, event));
  stream.addEventListener("error", () => {
    // a browser tries again by itself unless the answer was a refusal
    if (stream && stream.readyState === EventSource.CLOSED) reopenLater();
    show();
  });
}

// One tab that is out of sight may have to tell of one's own jobs; see notify.js.
function hasEars() {
  return document.body.dataset.ears === "on";
}

function rest() {
  if (!hasEars()) close();
}

function close() {
  stream?.close();
  stream = null;
  late = true;
}

function address() {
  const { events, made } = document.body.dataset;
  return `${events}?${last ? `last=${last}` : `since=${made}`}`;
}

function reopenLater() {
  close();
  reopenTimer = setTimeout(open, wait);
  wait = Math.min(wait * 2, LONGEST_WAIT);
}

function heard() {
  lastNews = performance.now();
  show();
}

function hear(name, event) {
  heard();
  last = event.lastEventId || last;
  take(name, JSON.parse(event.data));
}

function take(name, data) {
  if (name === "beat" || isRepeated(data.event)) return;
  document.dispatchEvent(new CustomEvent("dailies:news", { detail: { name, data } }));
  if (name === "reset") readAll();
  if (name === "job") readAbout([`job:${data.job}`, "queue", "gallery", "spend"]);
  if (name === "queue") readAbout(["queue"]);
  if (name === "degraded" || name === "restored") slower = data.message ?? "";
}

function isRepeated(number) {
  if (number === undefined) return false;
  if (known.has(number)) return true;
  known.add(number);
  if (known.size > REMEMBERED) known.delete(known.values().next().value);
  return false;
}

// --- reading elements again ---

function readAbout(names) {
  for (const element of document.querySelectorAll("[data-live][data-src]")) {
    const wanted = element.dataset.live.split(/\s+/);
    if (names.some((name) => wanted.includes(name))) read(element);
  }
}

function readAll() {
  for (const element of document.querySelectorAll("[data-live][data-src]")) read(element);
}

async function read(element) {
  const state = reading.get(element) ?? { busy: false, again: false };
  reading.set(element, state);
  if (state.busy) {
    state.again = true;
    return;
  }
  state.busy = true;
  try {
    await readOnce(element);
  } catch {
    // the mark already says that the server is away
  }
  setTimeout(() => {
    state.busy = false;
    if (state.again && element.isConnected && element.dataset.src) {
      state.again = false;
      read(element);
    }
  }, element.dataset.live?.startsWith("job:") ? CALM : CALMER); // what was read may be live no more
}

async function get(url) {
  const answer = await fetch(url, { headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(15_000) });
  if (answer.headers.has("HX-Redirect")) location.assign(answer.headers.get("HX-Redirect")); // signed out meanwhile
  return answer;
}

async function readOnce(element) {
  const answer = await get(element.dataset.src);
  if (answer.status === 404 || answer.status === 410) element.remove();
  if (!answer.ok || answer.redirected || answer.status === 204) return;
  const text = await answer.text();
  if (!element.isConnected) return;
  await window.htmx.swap({ text, target: element, sourceElement: element, swap: "outerMorph" });
}

// --- polling, while the stream is silent ---

async function poll() {
  lastPoll = performance.now();
  try {
    const answer = await get(`${document.body.dataset.since}?last=${last}`);
    const said = await answer.json();
    if (said.reset || !last) readAll();
    if (said.queue) take("queue", {});
    last = said.last ?? last;
    for (const event of said.events) take("job", event);
    answers = true;
  } catch {
    answers = false;
  }
  show();
}

// --- the mark ---

function quiet() {
  return performance.now() - lastNews > SILENCE;
}

function show() {
  const mark = document.getElementById("live-mark");
  if (!mark) return;
  const state = !quiet() ? "live" : answers && navigator.onLine ? "polling" : "away";
  const words = {
    live: `live · ${Math.round((performance.now() - lastNews) / 1000)} s`,
    polling: "not live · looks every 10 s",
    away: "no answer",
  }[state];
  mark.title = slower;
  const shown = mark.querySelector("[data-live-words]");
  if (shown.textContent !== words) shown.textContent = words;
  if (mark.dataset.liveState === state) return;
  mark.dataset.liveState = state;
  mark.querySelector("[data-live-said]").textContent = state === "live" ? "Live." : words;
  document.dispatchEvent(new CustomEvent("dailies:live", { detail: { state } }));
}

function tick() {
  if (document.hidden) return;
  show();
  if (quiet() && performance.now() - lastPoll > POLL) poll();
}

function seen() {
  clearTimeout(hiddenTimer);
  if (document.hidden) {
    hiddenTimer = setTimeout(rest, HIDDEN);
  } else if (!stream) {
    open();
  }
}

export function watchLive() {
  if (!document.body.dataset.events || !("EventSource" in window)) return;
  lastNews = lastPoll = performance.now();
  open();
  setInterval(tick, 1_000);
  document.addEventListener("visibilitychange", seen);
  document.addEventListener("dailies:ears", open);
  window.addEventListener("pagehide", close);
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) seen();
  });
}
