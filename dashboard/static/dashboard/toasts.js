// Short words at the edge of the page. Nothing important stands here alone.

const STAYS = 6_000;

function leaveSoon(element) {
  setTimeout(() => (element.matches(":hover, :focus-within") ? leaveSoon(element) : element.remove()), STAYS);
}

export function toast(words) {
  const element = document.createElement("div");
  element.className = "toast toast-plain";
  element.textContent = words;
  document.getElementById("toasts").append(element);
  leaveSoon(element);
}

export function watchToasts() {
  document.querySelectorAll("[data-toast]").forEach(leaveSoon);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-dismiss]")) event.target.closest("[data-toast]")?.remove();
  });
}
