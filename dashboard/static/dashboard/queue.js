// The queue by hand: deeds without leaving the page, keys, dragging, the bar about chosen rows, the sheet.
// Each form works without this; here its answer, the lanes as they are now, is morphed in.
import { toast } from "./toasts.js";

const PATIENCE = 150; // ms after the last change of the choice before the server counts it
const TYPING = "input:not([type=checkbox]), textarea, select, [contenteditable]";
let counting = 0;
let counted = "";

function lanes() {
  return document.getElementById("queue");
}

function sheet() {
  return document.querySelector("[data-sheet]");
}

async function swapIn(text, target) {
  await window.htmx.swap({ text, target, sourceElement: target, swap: "outerMorph" });
}

// --- deeds ---

async function post(form, submitter) {
  const said = new FormData(form, submitter);
  const answer = await fetch(form.action, { method: "POST", body: said, headers: { "HX-Request": "true" } });
  if (answer.headers.has("HX-Redirect")) location.assign(answer.headers.get("HX-Redirect"));
  return answer;
}

async function deed(event) {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("[data-deed], [data-edits]")) return;
  event.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = "yes";
  try {
    const answer = await post(form, event.submitter);
    if (form.matches("[data-edits]")) await saved(answer, form);
    else await done(answer, form);
  } catch {
    toast("No answer. Nothing is known of that press; look at the row before you press again.");
  } finally {
    delete form.dataset.busy;
    delete form.dataset.sending;
    form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
  }
}

async function done(answer, form) {
  const text = await answer.text();
  if (!text.includes('id="queue"')) {
    toast(answer.status === 403 ? "Your role may not do that." : "That could not be done. Load the page again.");
    return;
  }
  const menu = form.closest("details[data-menu]");
  if (answer.ok && menu?.open) {
    const row = menu.contains(document.activeElement) && form.closest(".waiting-row");
    if (row) row.querySelector("[data-row]").focus({ preventScroll: true });
    menu.open = false;
  }
  await swapIn(text, lanes());
  const words = answer.headers.get("Dailies-Said");
  if (answer.ok && words) toast(decodeURIComponent(words));
  if (answer.ok && form.id === "bulk") chooseNone();
  document.querySelector(".queue-problem [role=alert], .queue > [role=alert]")?.scrollIntoView({ block: "nearest" });
}

// --- the sheet ---

async function openSheet(url) {
  const answer = await fetch(url, { headers: { "HX-Request": "true" } });
  const text = await answer.text();
  if (!answer.ok || !text.includes('id="edit"')) {
    if (text.includes('id="queue"')) await swapIn(text, lanes());
    return;
  }
  const place = document.createElement("div");
  place.id = "edit";
  sheet().replaceChildren(place);
  await swapIn(text, place);
  sheet().showModal();
  await watchForm();
}

async function watchForm() {
  const { watchCreate } = await import("./create.js");
  watchCreate(sheet().querySelector("[data-create]"));
}

async function saved(answer, form) {
  const text = await answer.text();
  if (text.includes('id="edit"')) {
    await swapIn(text, document.getElementById("edit"));
    sheet().querySelector("[role=alert]")?.scrollIntoView({ block: "nearest" });
    return;
  }
  sheet().close();
  await done(new Response(text, { status: answer.status, headers: answer.headers }), form);
}

// --- the choice ---

function boxes() {
  return [...document.querySelectorAll("[data-choose]")];
}

function bar() {
  return document.getElementById("bulk");
}

function every() {
  return bar()?.querySelector("[data-every]").checked ?? false;
}

function chooseNone() {
  for (const box of boxes()) box.checked = false;
  bar().querySelector("[data-every]").checked = false;
  count();
}

// The server counts: what is chosen, what it holds, and how many match.
async function count() {
  const chosen = boxes().filter((box) => box.checked);
  const some = every() || chosen.length > 0;
  bar().toggleAttribute("data-some", some);
  const query = new URLSearchParams(new URL(lanes().dataset.src, location.href).search);
  for (const box of chosen) query.append("job", box.value);
  if (every()) query.set("every", "on");
  counted = query.toString();
  if (!some) return;
  const answer = await fetch(`${bar().dataset.bar}?${query}`, { headers: { "HX-Request": "true" } });
  if (!answer.ok || counted !== query.toString()) return;
  await swapIn(await answer.text(), bar());
}

function countSoon() {
  clearTimeout(counting);
  counting = setTimeout(count, PATIENCE);
}

// --- keys ---

function rows() {
  return [...document.querySelectorAll(".waiting-row")];
}

function step(row, by) {
  const all = rows();
  const next = all[all.indexOf(row) + by];
  next?.querySelector("[data-row]").focus();
  next?.scrollIntoView({ block: "nearest" });
}

function typePlace(row, digit) {
  const place = row.querySelector("[data-place]");
  if (!place) return;
  place.closest("details[data-menu]").open = true; // a row's money is a menu, too
  place.focus();
  place.value = digit;
}

function press(event) {
  const row = event.target.closest?.(".waiting-row");
  if (!row || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.target.matches(TYPING)) return;
  const known = row.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (event.key === "ArrowDown" || event.key === "ArrowUp") step(row, event.key === "ArrowDown" ? 1 : -1);
  else if (event.key === " " && event.target.matches("[data-row]")) row.querySelector("[data-choose]")?.click();
  else if (/^[1-9]$/.test(event.key)) typePlace(row, event.key);
  else if (known) known.click();
  else return;
  event.preventDefault();
}

// --- dragging, within one person's line ---

let dragged = null;

function others() {
  return rows().filter((row) => row.dataset.line === dragged.row.dataset.line && row !== dragged.row);
}

function grab(event) {
  const handle = event.target.closest("[data-drag]");
  if (!handle || event.button > 0) return;
  event.preventDefault();
  dragged = { row: handle.closest(".waiting-row"), over: null, before: true, at: event.clientY };
  handle.setPointerCapture(event.pointerId);
  dragged.row.toggleAttribute("data-dragged", true);
  requestAnimationFrame(scrollAlong);
}

const EDGE = 120; // px from the window's edge within which a dragged row moves the page along
const PACE = 14; // px a frame

function scrollAlong() {
  if (!dragged) return;
  const room = window.innerHeight - EDGE;
  const by = dragged.at < EDGE ? -PACE : dragged.at > room ? PACE : 0;
  if (by) {
    window.scrollBy(0, by);
    aim();
  }
  requestAnimationFrame(scrollAlong);
}

function drag(event) {
  if (!dragged) return;
  dragged.at = event.clientY;
  aim();
}

function aim() {
  const near = others()
    .map((row) => ({ row, box: row.getBoundingClientRect() }))
    .map(({ row, box }) => ({ row, middle: box.top + box.height / 2 }))
    .sort((one, two) => Math.abs(one.middle - dragged.at) - Math.abs(two.middle - dragged.at))[0];
  for (const row of rows()) delete row.dataset.drop;
  dragged.over = near?.row ?? null;
  if (!near) return;
  dragged.before = dragged.at < near.middle;
  near.row.dataset.drop = dragged.before ? "before" : "after";
}

function drop(event) {
  if (!dragged) return;
  const { row, over, before } = dragged;
  row.removeAttribute("data-dragged");
  for (const one of rows()) delete one.dataset.drop;
  dragged = null;
  if (!over || event.type === "pointercancel") return;
  const form = row.querySelector(".row-menu form");
  const said = new FormData(form);
  said.set("deed", before ? "before" : "after");
  said.set("beside", over.dataset.job);
  fetch(form.action, { method: "POST", body: said, headers: { "HX-Request": "true" } })
    .then((answer) => done(answer, form))
    .catch(() => toast("No answer. Look at the row before you try again."));
}

// --- all of it ---

let focused = null;

function keepFocus() {
  const row = document.activeElement?.closest?.(".waiting-row");
  const isRow = document.activeElement.matches("[data-row]");
  focused = row && { job: row.dataset.job, place: rows().indexOf(row), isRow };
}

// A row that moved may have lost the focus on the way; one that is gone leaves it to the next.
function giveFocusBack() {
  if (!focused?.isRow || document.activeElement !== document.body) return;
  const all = rows();
  const row = all.find((one) => one.dataset.job === focused.job) ?? all[Math.min(focused.place, all.length - 1)];
  row?.querySelector("[data-row]").focus({ preventScroll: true });
}

function clicked(event) {
  const edit = event.target.closest("[data-edit]");
  if (edit && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    edit.closest("details[data-menu]").open = false;
    openSheet(edit.href);
  }
  if (event.target.closest("[data-sheet] [data-close]")) {
    event.preventDefault();
    sheet().close();
  }
  if (event.target.closest("[data-unchoose]")) chooseNone();
}

document.addEventListener("submit", deed);
document.addEventListener("click", clicked);
document.addEventListener("keydown", press);
document.addEventListener("pointerdown", grab);
document.addEventListener("pointermove", drag);
document.addEventListener("pointerup", drop);
document.addEventListener("pointercancel", drop);
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-choose], [data-every]")) countSoon();
});
document.addEventListener("htmx:before:swap", keepFocus);
document.addEventListener("htmx:after:swap", (event) => {
  giveFocusBack();
  if (event.target.id === "queue" && bar()?.hasAttribute("data-some")) countSoon();
});
