// Tells people of their own jobs through the browser, while nobody looks at them: a notice, a quiet tone.
//
// Every open tab hears the same news, and a page that was just opened hears of the last seconds again. So what was
// told is written down in the browser's storage, under a lock: the first tab that comes tells it, the others find
// it there. A tab that shows the job, in front, comes first and says nothing. One tab keeps its ears open while all
// are out of sight.

const ENDS = { completed: "done", failed: "failed" };
const FIRST = 150; // ms; the tab in front comes before the others
const GATHER = 800; // ms of news told as one
const MINUTE = 60_000; // ms in which more news changes the words of the notice, silently
const REMEMBERED = 200;
const TONE = { pitch: 660, loudness: 0.05, seconds: 0.35 };

const heard = [];
let timer = 0;

// --- what there is to tell ---

function wanted() {
  return new Set((document.body.dataset.tell ?? "").split(" ").filter(Boolean));
}

function hear({ name, data }) {
  const end = name === "job" && data && !data.again && ENDS[data.state];
  if (!end || !wanted().has(end) || String(data.person) !== document.body.dataset.person) return;
  heard.push({ end, job: data.job, number: data.event });
  if (isInFront(data.job)) tell();
  else timer ||= setTimeout(tell, GATHER);
}

function isInFront(job) {
  if (document.hidden || !document.hasFocus()) return false;
  const shown = [...document.querySelectorAll("[data-live]")];
  return location.pathname.startsWith(`/jobs/${job}/`)
    || shown.some((element) => element.dataset.live.split(/\s+/).includes(`job:${job}`));
}

// --- one tab tells it ---

async function tell() {
  clearTimeout(timer);
  timer = 0;
  const news = heard.splice(0);
  const silent = news.filter(({ job }) => isInFront(job));
  if (silent.length < news.length) await new Promise((go) => setTimeout(go, FIRST));
  await alone(() => {
    const told = remembered();
    const fresh = news.filter(({ number }) => !told.numbers.includes(number));
    told.numbers = [...told.numbers, ...fresh.map(({ number }) => number)].slice(-REMEMBERED);
    const loud = fresh.filter((one) => !silent.includes(one));
    const isMore = Date.now() - told.since < MINUTE;
    if (loud.length && !isMore) Object.assign(told, { since: Date.now(), done: 0, failed: 0, job: "" });
    for (const { end } of loud) told[end] += 1;
    told.job = told.done + told.failed === 1 && loud.length ? loud[0].job : "";
    remember(told);
    if (loud.length) speak(told, isMore);
  });
}

async function alone(deed) {
  if (!navigator.locks) return deed(); // plain http: the storage alone has to do
  return navigator.locks.request("dailies-told", deed);
}

function key() {
  return `dailies-told-${document.body.dataset.person}`;
}

function remembered() {
  const nothing = { numbers: [], since: 0, done: 0, failed: 0, job: "" };
  try {
    return { ...nothing, ...JSON.parse(localStorage.getItem(key())) };
  } catch {
    return nothing;
  }
}

function remember(told) {
  try {
    localStorage.setItem(key(), JSON.stringify(told));
  } catch {
    // a browser that keeps nothing tells it twice
  }
}

// --- how it is told ---

function words({ done, failed }) {
  const clips = done && `${done === 1 ? "A clip of yours is" : `${done} clips of yours are`} done.`;
  const jobs = failed && `${failed === 1 ? "A job of yours" : `${failed} jobs of yours`} failed.`;
  return [clips, jobs].filter(Boolean).join(" ");
}

function speak(told, isMore) {
  show(words(told), `dailies-${told.since}`, told.job ? `/jobs/${told.job}/` : "/queue/");
  if (wanted().has("sound") && !isMore) sound();
}

function show(text, tag, address) {
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  try {
    const notice = new Notification("Dailies", { body: text, tag, silent: true });
    notice.addEventListener("click", () => {
      window.focus();
      notice.close();
      location.assign(address);
    });
  } catch {
    // phones let only workers show notices; the page has it all the same
  }
}

async function sound() {
  try {
    const audio = new AudioContext();
    const tone = audio.createOscillator();
    const gain = audio.createGain();
    tone.frequency.value = TONE.pitch;
    gain.gain.setValueAtTime(TONE.loudness, audio.currentTime);
    gain.gain.exponentialRampToValueAtTime(0.0001, audio.currentTime + TONE.seconds);
    tone.connect(gain).connect(audio.destination);
    tone.addEventListener("ended", () => audio.close());
    tone.start();
    tone.stop(audio.currentTime + TONE.seconds);
  } catch {
    // a browser without sound, or one nobody has touched yet
  }
}

// --- leave is asked by a button alone ---

const STATES = {
  granted: "This browser may tell you.",
  denied: "This browser is set to refuse; change that in its settings for this site.",
  default: "It has not been asked yet.",
};

function showLeave() {
  const place = document.querySelector("[data-notify]");
  if (!place) return;
  const can = "Notification" in window && window.isSecureContext;
  const state = can ? Notification.permission : "";
  place.querySelector("[data-notify-ask]").hidden = state !== "default";
  place.querySelector("[data-notify-try]").hidden = state !== "granted";
  place.querySelector("[data-notify-state]").textContent =
    STATES[state] ?? "This browser shows notices only over https.";
}

async function pressed(event) {
  if (event.target.closest("[data-notify-ask]")) {
    await Notification.requestPermission();
    showLeave();
  }
  if (event.target.closest("[data-notify-try]")) {
    show("This is how it looks. Nothing has happened.", "dailies-try", location.pathname);
    if (document.querySelector("input[name=sound]")?.checked) sound();
  }
}

// --- one tab listens while all are out of sight ---

function keepEars() {
  if (!wanted().size || !navigator.locks) return;
  navigator.locks.request("dailies-ears", () => {
    document.body.dataset.ears = "on"; // live.js leaves its stream open
    document.dispatchEvent(new CustomEvent("dailies:ears"));
    return new Promise(() => {}); // held until the page goes
  });
}

export function watchNotices() {
  document.addEventListener("dailies:news", (event) => hear(event.detail));
  document.addEventListener("click", pressed);
  showLeave();
  keepEars();
}
