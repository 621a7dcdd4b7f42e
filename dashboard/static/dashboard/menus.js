// Menus are <details data-menu>: one open at a time, closed by Escape and by a click elsewhere, kept in view.

const MARGIN = 8;

function family(menu) {
  return menu.classList.contains("money") ? "money" : "menu";
}

function keepInView(menu) {
  const panel = menu.querySelector(":scope > :not(summary)");
  panel.style.translate = "";
  const box = panel.getBoundingClientRect();
  const room = document.documentElement.clientWidth - MARGIN;
  const shift = Math.max(Math.min(0, room - box.right), MARGIN - box.left);
  if (shift) panel.style.translate = `${shift}px 0`;
  const above = menu.getBoundingClientRect().top;
  if (box.bottom > window.innerHeight - MARGIN && box.height < above) menu.classList.add(`${family(menu)}-up`);
}

function closeOthers(kept) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (menu !== kept && !menu.contains(kept)) menu.open = false;
  }
}

// Ctrl+P chooses a project where the page has a choice of them; elsewhere the browser prints as ever.
function chooseProject(event) {
  if (event.key.toLowerCase() !== "p" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
  const choice = document.querySelector("[data-projects]");
  if (!choice?.checkVisibility() || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  if (choice.matches("select")) {
    choice.focus();
    choice.showPicker?.();
    return;
  }
  choice.open = true;
  (choice.querySelector("[aria-current]") ?? choice.querySelector(".menu-item")).focus();
}

function stepInMenu(event) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const panel = by && event.target.closest?.("details[data-menu] > .menu-panel");
  if (!panel || event.target.matches("input, select, textarea")) return;
  const items = [...panel.querySelectorAll(".menu-item")];
  event.preventDefault();
  items.at((items.indexOf(event.target.closest(".menu-item")) + by + items.length) % items.length)?.focus();
}

export function watchMenus() {
  document.addEventListener("toggle", (event) => {
    const menu = event.target;
    if (!menu.matches?.("details[data-menu]") || !menu.open) return;
    closeOthers(menu);
    keepInView(menu);
  }, true);
  document.addEventListener("click", (event) => closeOthers(event.target.closest("details[data-menu]")));
  document.addEventListener("keydown", chooseProject);
  document.addEventListener("keydown", stepInMenu);
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector("details[data-menu][open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}
