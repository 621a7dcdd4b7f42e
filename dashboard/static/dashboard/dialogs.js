// Anything with data-opens="<id>" opens that dialog. A link with data-asks opens the dialog its address answers with,
// whose form is sent from there; what is wrong with it is said there too. Without JavaScript the address leads on.
import { toast } from "./toasts.js";

const headers = { "HX-Request": "true" };

function leads(answer) {
  const next = answer.headers.get("HX-Redirect");
  if (next) location.assign(next);
  return Boolean(next);
}

function dialogIn(text) {
  return new DOMParser().parseFromString(text, "text/html").querySelector("body > dialog.dialog");
}

async function ask(link) {
  if (link.dataset.busy) return;
  link.dataset.busy = "yes";
  try {
    const answer = await fetch(link.href, { headers });
    if (leads(answer)) return;
    const dialog = dialogIn(await answer.text());
    if (!dialog) throw new TypeError("no dialog");
    const menu = link.closest("details[data-menu]");
    if (menu) menu.open = false;
    document.body.append(dialog);
    dialog.dataset.asked = link.href;
    dialog.addEventListener("close", () => dialog.remove());
    dialog.showModal();
  } catch {
    location.assign(link.href);
  } finally {
    delete link.dataset.busy;
  }
}

async function send(event) {
  const form = event.target;
  const dialog = form.closest("dialog[data-asked]");
  if (!dialog || form.method !== "post") return;
  event.preventDefault();
  if (dialog.dataset.busy) return;
  dialog.dataset.busy = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
  try {
    const body = new FormData(form, event.submitter);
    const answer = await fetch(form.action, { method: "POST", body, headers });
    if (leads(answer)) return;
    const again = dialogIn(await answer.text());
    if (!again) return location.reload(); // somebody else was first
    dialog.replaceChildren(...again.childNodes);
    dialog.querySelector("[role=alert], [aria-invalid=true]")?.scrollIntoView({ block: "nearest" });
  } catch {
    event.submitter?.removeAttribute("aria-busy");
    toast("No answer. Nothing is known of that press; load the page before you press again.");
  } finally {
    delete dialog.dataset.busy;
  }
}

export function watchDialogs() {
  document.addEventListener("submit", send);
  document.addEventListener("click", (event) => {
    const plain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
    const link = plain && event.target.closest("a[data-asks]");
    if (link) {
      event.preventDefault();
      ask(link);
    }
    const closer = event.target.closest("dialog[open] [data-closes]");
    if (closer) {
      event.preventDefault();
      closer.closest("dialog").close();
    }
    const opener = event.target.closest("[data-opens]");
    const dialog = opener && document.getElementById(opener.dataset.opens);
    if (dialog) {
      event.preventDefault();
      dialog.showModal();
    }
    if (event.target.matches("dialog.dialog[open]")) {
      const box = event.target.getBoundingClientRect();
      const outside =
        event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
      if (outside) event.target.close();
    }
  });
}
