// What the browser's own controls lack: single frames, loop, speed, a time code.

const SPEEDS = [1, 1.5, 2, 0.25, 0.5];

function clock(seconds, rate) {
  const whole = Math.floor(seconds);
  const frames = Math.floor((seconds - whole) * rate + 0.001);
  const two = (number) => String(number).padStart(2, "0");
  return `${two(Math.floor(whole / 60))}:${two(whole % 60)}:${two(frames)}`;
}

function show(player) {
  const video = player.querySelector("video");
  const rate = Number(player.dataset.fps);
  const length = Number.isFinite(video.duration) ? ` / ${clock(video.duration, rate)}` : "";
  player.querySelector("[data-time]").textContent = clock(video.currentTime, rate) + length;
}

function step(player, frames) {
  const video = player.querySelector("video");
  video.pause();
  video.currentTime = Math.max(0, video.currentTime + frames / Number(player.dataset.fps));
}

function press(event) {
  const player = event.target.closest("[data-player]");
  const button = player && event.target.closest("button");
  if (!button) return;
  const video = player.querySelector("video");
  if (button.dataset.frame) step(player, Number(button.dataset.frame));
  if ("loop" in button.dataset) {
    video.loop = !video.loop;
    button.setAttribute("aria-pressed", String(video.loop));
  }
  if ("speed" in button.dataset) {
    video.playbackRate = SPEEDS[(SPEEDS.indexOf(video.playbackRate) + 1) % SPEEDS.length];
    button.textContent = `${video.playbackRate}×`;
  }
}

function key(event) {
  const player = document.querySelector("[data-player]");
  if (!player || event.target.matches("input, textarea, select") || event.ctrlKey || event.metaKey) return;
  if (event.key === ",") step(player, -1);
  if (event.key === ".") step(player, 1);
}

export function watchPlayers() {
  for (const player of document.querySelectorAll("[data-player]")) show(player);
  document.addEventListener("click", press);
  document.addEventListener("keydown", key);
  for (const name of ["timeupdate", "loadedmetadata", "seeked"]) {
    const heard = (event) => {
      const player = event.target.closest?.("[data-player]");
      if (player) show(player);
    };
    document.addEventListener(name, heard, true);
  }
}
