// Counts elapsed seconds on from what the server said, so that no page trusts this machine's clock.

const starts = new WeakMap();

function words(seconds) {
  if (seconds < 60) return `${seconds} s`;
  const [unit, word, small, smallWord] =
    seconds >= 86_400 ? [86_400, "d", 3_600, "h"] : seconds >= 3_600 ? [3_600, "h", 60, "min"] : [60, "min", 1, "s"];
  const rest = Math.floor((seconds % unit) / small);
  return `${Math.floor(seconds / unit)} ${word}${rest ? ` ${rest} ${smallWord}` : ""}`;
}

function secondsOf(element) {
  const said = element.dataset.elapsed;
  let start = starts.get(element);
  if (start?.said !== said) {
    start = { said, at: performance.now() };
    starts.set(element, start);
  }
  return Math.floor(Number(said) + (performance.now() - start.at) / 1000);
}

// the same places as `against` in dashboard/templatetags/charts.py
function place(share) {
  return share <= 1 ? 72 * share : 72 + 26 * (1 - 1 / share);
}

function clock(seconds) {
  const two = (number) => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
}

function advance(element) {
  const seconds = secondsOf(element);
  if ("elapsedClock" in element.dataset) {
    element.textContent = clock(seconds);
    return;
  }
  element.querySelector("[data-elapsed-words]").textContent = words(seconds);
  const typical = Number(element.dataset.typical);
  if (!typical) return;
  const drawing = element.querySelector(".typical");
  drawing.querySelector(".typical-elapsed").setAttribute("width", `${place(seconds / typical)}%`);
  if (seconds / typical <= 1.5 || drawing.dataset.over) return;
  drawing.dataset.over = "yes";
  element.querySelector("[data-usual-words]").textContent = `longer than usual, about ${words(typical)}`;
}

export function watchClocks() {
  setInterval(() => {
    if (!document.hidden) document.querySelectorAll("[data-elapsed]").forEach(advance);
  }, 1_000);
}
