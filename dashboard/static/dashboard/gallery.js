// The gallery by keyboard: arrows walk the tiles, Enter and Space play, g goes to the job, r remixes it.

const STEPS = { ArrowRight: 1, ArrowLeft: -1 };

function handle(cell) {
  return cell.querySelector(".still-play") ?? cell.querySelector(".clip-prompt");
}

function middle(cell) {
  const box = cell.querySelector(".still").getBoundingClientRect();
  return { x: box.left + box.width / 2, y: box.top + box.height / 2, height: box.height };
}

// The tile of the next row that stands nearest above or below.
function beside(cells, cell, down) {
  const from = middle(cell);
  const others = cells
    .map((other) => ({ other, at: middle(other) }))
    .filter(({ at }) => (down ? at.y - from.y : from.y - at.y) > from.height / 2);
  const nearest = Math.min(...others.map(({ at }) => Math.abs(at.y - from.y)));
  const row = others.filter(({ at }) => Math.abs(at.y - from.y) < nearest + from.height / 2);
  row.sort((one, two) => Math.abs(one.at.x - from.x) - Math.abs(two.at.x - from.x));
  return row[0]?.other;
}

function target(event, gallery, cell) {
  const cells = [...gallery.querySelectorAll(".gallery-cell")];
  if (event.key in STEPS) return cells[cells.indexOf(cell) + STEPS[event.key]];
  if (event.key === "ArrowDown" || event.key === "ArrowUp") return beside(cells, cell, event.key === "ArrowDown");
  if (event.key === "Home") return cells[0];
  if (event.key === "End") return cells.at(-1);
  return null;
}

function press(event) {
  const gallery = event.target.closest?.("[data-gallery]");
  const cell = event.target.closest?.(".gallery-cell");
  if (!gallery || !cell || event.ctrlKey || event.metaKey || event.altKey) return;
  const next = target(event, gallery, cell);
  if (next) {
    event.preventDefault();
    handle(next).focus();
    next.scrollIntoView({ block: "nearest" });
  } else if (event.key === " " && event.target.matches(".still-play")) {
    event.preventDefault();
    event.target.click();
  } else if (event.key === "g") {
    cell.querySelector(".clip-prompt").click();
  } else if (event.key === "r" && gallery.dataset.gallery) {
    location.assign(gallery.dataset.gallery + cell.id.replace("tile-", ""));
  }
}

document.addEventListener("keydown", press);
