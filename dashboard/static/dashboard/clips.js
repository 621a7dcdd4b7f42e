// Plays a tile in place: under the pointer after a moment, muted, and its lowest third scrubs; on a press or a
// tap with sound, until the next one.

const MOMENT = 150;
const calm = window.matchMedia("(prefers-reduced-motion: reduce)");

function start(still, { sound }) {
  if (still.dataset.playing) return;
  const video = document.createElement("video");
  video.src = still.dataset.clip;
  video.muted = !sound;
  video.loop = true;
  video.playsInline = true;
  const line = document.createElement("progress");
  line.className = "still-line";
  line.max = 1;
  line.value = 0;
  line.setAttribute("aria-hidden", "true");
  video.addEventListener("timeupdate", () => {
    if (video.duration) line.value = video.currentTime / video.duration;
  });
  still.dataset.playing = "yes";
  still.querySelector("img").after(video);
  still.append(line);
  video.play().catch(() => {
    delete still.dataset.kept;
    stop(still);
  });
}

function stop(still) {
  delete still.dataset.playing;
  const video = still.querySelector("video");
  video?.pause();
  video?.remove();
  still.querySelector(".still-line")?.remove();
}

function scrub(event) {
  const still = event.pointerType === "mouse" && event.target.closest?.("[data-playing]");
  const video = still && still.querySelector("video");
  if (!video?.duration || still.dataset.kept) return;
  const box = still.getBoundingClientRect();
  if (event.clientY < box.bottom - box.height / 3) {
    if (video.paused) video.play().catch(() => stop(still));
    return;
  }
  video.pause();
  video.currentTime = ((event.clientX - box.left) / box.width) * video.duration;
}

function enter(event) {
  const still = event.target.closest?.("[data-clip]");
  if (!still || event.pointerType !== "mouse" || calm.matches || still.dataset.waiting) return;
  still.dataset.waiting = "yes";
  const timer = setTimeout(() => start(still, { sound: false }), MOMENT);
  const leave = () => {
    clearTimeout(timer);
    delete still.dataset.waiting;
    if (!still.dataset.kept) stop(still);
  };
  still.addEventListener("pointerleave", leave, { once: true });
}

function press(event) {
  const play = event.target.closest("[data-play]");
  if (!play || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const still = play.closest("[data-clip]");
  if (!still) return;
  event.preventDefault();
  if (still.dataset.kept) {
    delete still.dataset.kept;
    stop(still);
    return;
  }
  stop(still);
  still.dataset.kept = "yes";
  start(still, { sound: true });
}

export function watchClips() {
  document.addEventListener("pointerover", enter);
  document.addEventListener("click", press);
  document.addEventListener("pointermove", scrub);
}
