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

export function watchMenus() {
  document.addEventListener("toggle", (event) => {
    const menu = event.target;
    if (!menu.matches?.("details[data-menu]") || !menu.open) return;
    closeOthers(menu);
    keepInView(menu);
  }, true);
  document.addEventListener("click", (event) => closeOthers(event.target.closest("details[data-menu]")));
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector("details[data-menu][open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}
