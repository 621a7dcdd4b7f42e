// Small comforts of forms: no second press, Ctrl+Enter, counters, steppers, "/" to search.

function submitting(event) {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sending) {
    event.preventDefault();
    return;
  }
  form.dataset.sending = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
}

function freshen() {
  for (const form of document.querySelectorAll("form[data-sending]")) {
    delete form.dataset.sending;
    form.querySelector("[aria-busy]")?.removeAttribute("aria-busy");
  }
}

function count(area) {
  const shown = document.getElementById(`${area.id}_count`);
  if (!shown) return;
  const length = [...area.value].length;
  shown.textContent = area.maxLength > 0 ? `${length} / ${area.maxLength}` : String(length);
}

function step(button) {
  const input = button.closest("[data-stepper]").querySelector("input");
  input.stepUp(Number(button.dataset.step));
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function bounds(stepper) {
  const input = stepper.querySelector("input");
  const [fewer, more] = stepper.querySelectorAll("button");
  fewer.disabled = input.min !== "" && input.valueAsNumber <= Number(input.min);
  more.disabled = input.max !== "" && input.valueAsNumber >= Number(input.max);
}

function key(event) {
  const writing = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && writing?.form?.method === "post") {
    event.preventDefault();
    writing.form.requestSubmit(writing.form.querySelector("[data-main]") ?? undefined);
  }
  if (event.key === "/" && !writing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const search = document.getElementById("topbar-search");
    if (!search?.checkVisibility()) return;
    event.preventDefault();
    search.focus();
  }
}

export function watchForms() {
  document.addEventListener("submit", submitting);
  window.addEventListener("pageshow", freshen);
  document.addEventListener("keydown", key);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-stepper] [data-step]");
    if (button) step(button);
  });
  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-counter]")) count(event.target);
    const stepper = event.target.closest?.("[data-stepper]");
    if (stepper) bounds(stepper);
  });
  document.querySelectorAll("[data-counter]").forEach(count);
  document.querySelectorAll("[data-stepper]").forEach(bounds);
}
