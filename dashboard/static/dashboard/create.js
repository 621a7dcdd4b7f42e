// Comforts of the Create form: the picker's search, counters, dice, reasons that lead to their field.

let form = null;
const PATIENCE = 3_000; // ms a press waits for the price of what was just changed
let edits = 0; // changes so far
let priced = 0; // of these, how many the price in the page knows of
let asking = null; // the price's request under way, and the edits it knows of
let wanted = ""; // what the button said when it was pressed too early

// --- the model picker ---

function picker() {
  return form.querySelector("[data-picker]");
}

function filter(words) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  const cards = [...form.querySelectorAll("[data-words]")];
  for (const card of cards) {
    card.hidden = !wanted.every((word) => card.dataset.words.includes(word));
    shown += card.hidden ? 0 : 1;
  }
  form.querySelector("[data-picker-none]").hidden = shown > 0;
  form.querySelector("[data-picker-count]").textContent = wanted.length ? `${shown} of ${cards.length}` : `${cards.length}`;
}

function closePicker() {
  picker().open = false;
  picker().querySelector("summary").focus();
}

function useUnlisted() {
  const radio = form.querySelector('[name="model"][value="unlisted"]');
  if (!form.querySelector("[data-unlisted]").value.trim()) return form.querySelector("[data-unlisted]").focus();
  radio.checked = true;
  radio.dispatchEvent(new Event("change", { bubbles: true }));
  closePicker();
}

function watchPicker(isFirst) {
  const search = form.querySelector("[data-picker-search]");
  filter("");
  search.addEventListener("input", (event) => {
    event.stopPropagation(); // searching changes no price
    filter(search.value);
  });
  picker().addEventListener("toggle", () => {
    if (!picker().open) return;
    search.value = "";
    filter("");
    search.focus();
    picker().querySelector("[data-picker-list] :checked")?.closest(".model-card").scrollIntoView({ block: "nearest" });
  });
  form.querySelector("[data-picker-list]").addEventListener("click", (event) => {
    // arrow keys click too, with no detail: they only look around
    if (event.detail > 0 && event.target.matches('[name="model"]:not([value="unlisted"])')) closePicker();
  });
  form.querySelector("[data-picker-close]").addEventListener("click", closePicker);
  form.querySelector("[data-picker-use]").addEventListener("click", useUnlisted);
  if (!isFirst) return;
  document.addEventListener("click", (event) => {
    if (picker().open && !event.target.closest("[data-picker]")) picker().open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && picker().open) closePicker();
  });
}

// --- counters ---

function countPrompt() {
  const shown = form.querySelector("[data-count-of]");
  if (!shown) return;
  const length = [...form.querySelector("#id_prompt").value].length;
  const longest = Number(shown.dataset.longest);
  shown.textContent = `${length.toLocaleString("en")} / ${longest.toLocaleString("en")}`;
  shown.toggleAttribute("data-over", length > longest);
}

function isSet(control) {
  return control.type === "radio" ? control.checked && control.value !== "" : control.value.trim() !== "";
}

function countMore() {
  const controls = form.querySelectorAll("[data-more] .fold-body :is(input, textarea)");
  const changed = [...controls].filter(isSet).length;
  form.querySelector("[data-more-count]").textContent = `${changed} changed`;
  form.querySelector("[data-more-changed]").hidden = changed === 0;
}

function resetMore(event) {
  event.preventDefault();
  for (const control of form.querySelectorAll("[data-more] .fold-body :is(input, textarea)")) {
    if (control.type === "radio") control.checked = control.value === "";
    else control.value = "";
  }
  form.querySelector("[data-more] summary").focus();
  changed();
}

function changed() {
  form.dispatchEvent(new Event("change", { bubbles: true }));
  look();
}

// --- wells ---

function filled(well) {
  return [...well.querySelectorAll("input")].some((input) => input.value.trim());
}

// Frames or references: filling one side closes the other, and says what to clear.
function either() {
  const wells = [...form.querySelectorAll("[data-either] [data-well]")];
  const isFrame = (well) => well.dataset.well.endsWith("_frame");
  for (const well of wells.filter((one) => isFrame(one) || one.dataset.well.startsWith("reference_"))) {
    const others = wells.filter((one) => isFrame(one) !== isFrame(well) && (isFrame(one) || one.dataset.well.startsWith("reference_")));
    const names = others.filter(filled).map((one) => one.querySelector(".field-label").textContent.toLowerCase());
    const shut = names.length > 0 && !filled(well);
    for (const input of well.querySelectorAll("input")) input.disabled = shut;
    const why = well.querySelector("[data-well-why]");
    why.hidden = !shut;
    why.textContent = shut ? `Clear ${names.join(" and ")} to use this.` : "";
  }
}

// A list always has one empty line to fill, up to the most the model takes.
function spareLine(list) {
  const inputs = [...list.querySelectorAll("input")];
  const empty = inputs.filter((input) => !input.value.trim());
  for (const extra of empty.slice(1)) if (extra !== inputs[0] && extra !== document.activeElement) extra.remove();
  if (empty.length || inputs.length >= Number(list.dataset.most)) return;
  const line = inputs.at(-1).cloneNode();
  line.removeAttribute("id");
  line.value = "";
  line.setAttribute("value", "");
  line.setAttribute("aria-label", line.getAttribute("aria-label").replace(/\d+$/, inputs.length + 1));
  list.append(line);
}

function paste(event) {
  const list = event.target.closest("[data-addresses]");
  const lines = event.clipboardData?.getData("text").split(/\s+/).filter(Boolean) ?? [];
  if (!list || lines.length < 2) return;
  event.preventDefault();
  let input = event.target;
  for (const line of lines) {
    input.value = line;
    spareLine(list);
    input = [...list.querySelectorAll("input")].find((one) => !one.value.trim());
    if (!input) break;
  }
  event.target.dispatchEvent(new Event("input", { bubbles: true }));
}

// --- the button and its reasons ---

function sendButton() {
  return form.querySelector("[data-main]");
}

function ready() {
  const isReady = form.querySelector("#price").dataset.ready === "yes";
  if (isReady) sendButton().removeAttribute("aria-disabled");
  else sendButton().setAttribute("aria-disabled", "true");
}

function goTo(hash) {
  const place = document.getElementById(hash.slice(1));
  if (!place) return;
  for (let fold = place.closest("details:not([data-picker])"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  const control = place.matches("input, textarea") ? place : place.querySelector("summary, input:not(:disabled), textarea");
  (control ?? place).focus({ preventScroll: true });
  place.scrollIntoView({ block: "center" });
}

function submit(event) {
  if (event.submitter !== sendButton()) return;
  const unread = [...form.elements].find((one) => one.validity?.badInput);
  if (unread) {
    // a number the browser cannot read would be posted as nothing, and left out unseen
    event.preventDefault();
    goTo(`#${unread.id}`);
    unread.reportValidity();
    return;
  }
  if (priced < edits) {
    // the price of what was just changed is still under way: send when it stands, if it is the one named
    event.preventDefault();
    wanted = deed();
    setTimeout(stand, PATIENCE);
    return;
  }
  const reason = form.querySelector("[data-reason]");
  if (sendButton().getAttribute("aria-disabled") !== "true" || !reason) return;
  event.preventDefault();
  goTo(reason.hash);
}

function deed() {
  return sendButton().textContent.trim();
}

// The price knows of every change, or will not come: either way a press waits no longer.
function stand() {
  const pressed = wanted;
  priced = edits;
  wanted = "";
  if (pressed && pressed === deed()) form.requestSubmit(sendButton());
}

function watchPrice() {
  document.addEventListener("htmx:before:request", (event) => {
    if (event.detail.ctx.sourceElement.id === "price") asking = { ctx: event.detail.ctx, edits };
  });
  document.addEventListener("htmx:finally:request", (event) => {
    const { ctx } = event.detail;
    if (ctx.sourceElement.matches("[data-picker-list]")) priced = edits;
    if (ctx === asking?.ctx && asking.edits === edits) stand();
  });
}

function key(event) {
  // a single Enter never spends money: Ctrl+Enter or the button does
  if (event.key !== "Enter" || event.ctrlKey || event.metaKey || !event.target.matches("input")) return;
  event.preventDefault();
  if (event.target.matches("[data-unlisted]")) useUnlisted();
  else if (event.target.matches('[name="model"]')) closePicker();
}

function look() {
  countPrompt();
  countMore();
  either();
  form.querySelectorAll("[data-addresses]").forEach(spareLine);
}

function edited(event) {
  edits += 1;
  // what is being corrected is no longer called wrong, and the button waits for the next price
  event.target.removeAttribute?.("aria-invalid");
  sendButton().removeAttribute("aria-disabled");
  look();
}

function clicked(event) {
  const reason = event.target.closest("[data-reason]");
  if (reason) {
    event.preventDefault();
    goTo(reason.hash);
  }
  const dice = event.target.closest("[data-dice]");
  if (dice) {
    const seed = document.getElementById(dice.dataset.dice);
    seed.value = crypto.getRandomValues(new Uint32Array(1))[0] >>> 1;
    seed.dispatchEvent(new Event("input", { bubbles: true }));
  }
  if (event.target.closest("[data-more-reset]")) resetMore(event);
}

// What the browser filled in again, after Back or a reload, is shaped and priced again.
function restored(event) {
  const radio = form.querySelector('[name="model"]:checked');
  if (radio && !radio.defaultChecked) return radio.dispatchEvent(new Event("change", { bubbles: true }));
  const differs = (one) => (one.type === "radio" ? one.checked !== one.defaultChecked : one.value !== one.defaultValue);
  const asked = [...form.querySelectorAll("input:not([type=hidden]), textarea")];
  if (event.persisted || asked.some(differs)) changed();
}

// One form at a time: the page's own, or the one in a sheet.
export function watchCreate(found) {
  const isFirst = form === null;
  form = found;
  edits = priced = 0;
  watchPicker(isFirst);
  look();
  ready();
  form.addEventListener("input", edited);
  form.addEventListener("change", edited);
  form.addEventListener("submit", submit);
  form.addEventListener("keydown", key);
  form.addEventListener("click", clicked);
  form.addEventListener("paste", paste);
  if (!isFirst) return;
  document.addEventListener("htmx:after:swap", () => {
    look();
    ready();
  });
  watchPrice();
  window.addEventListener("pageshow", restored);
}

const onThePage = document.querySelector("[data-create]");
if (onThePage) watchCreate(onThePage);
