/* Dialogs, which htmx fetches and sends: sent once, and open only while they have something to say. */
import { firstInvalid, goTo } from "./focus.js";

const isDialogs = (form) => form.matches?.("#dialog > form");

/* A second click while the first is under way would do it all again: htmx sends it afterwards. */
document.addEventListener("htmx:confirm", (event) => {
  if (!isDialogs(event.target)) return;
  if (event.target.hasAttribute("data-sent")) event.preventDefault();
  else event.target.setAttribute("data-sent", "");
});

document.addEventListener("htmx:afterRequest", (event) => {
  // Done: the page is about to be left, and nothing more is sent.
  const isDone = event.detail.xhr.getResponseHeader("HX-Redirect");
  if (isDialogs(event.target) && !isDone) event.target.removeAttribute("data-sent");
});

/* The keyboard comes back to what opened the dialog; of a menu, which closes, to what opens that. A moment later: what
   kept the keyboard within the dialog lets go of it first. */
const LETS_GO = 50;
let opener = null;
let isOpen = false;

/* Also called while a dialog is about to be shown, when it is hidden still. */
function comeBack(overlay) {
  const wasOpen = isOpen;
  isOpen = overlay.style.display !== "none";
  if (isOpen || !wasOpen || !opener) return;
  const goal = opener;
  opener = null;
  setTimeout(() => {
    const at = document.activeElement;
    if (at === document.body || overlay.contains(at)) goal.focus();
  }, LETS_GO);
}

document.addEventListener("htmx:beforeRequest", ({ target, detail }) => {
  if (detail.target?.id !== "modal-content") return;
  opener = target.closest("details.bo-menu")?.querySelector("summary") ?? target;
  opener.focus();
  const overlay = detail.target.parentElement;
  if (!overlay.dataset.watched) new MutationObserver(() => comeBack(overlay)).observe(overlay, { attributeFilter: ["style"] });
  overlay.dataset.watched = "true";
});

const FIELDS = "input:not([type=hidden]), select, textarea, button[type=submit]";

/* The keyboard goes to the first field that was refused, else into the dialog, if no field asks for it itself. */
document.addEventListener("htmx:afterSettle", () => {
  const dialog = document.getElementById("dialog");
  const invalid = dialog && firstInvalid(dialog);
  if (invalid) goTo(invalid);
  else if (dialog && !dialog.contains(document.activeElement)) (dialog.querySelector("[autofocus]") ?? dialog.querySelector(FIELDS))?.focus();
});

// Unfold opens a dialog whatever was answered: an empty one, or the one from before.
document.addEventListener("htmx:after-on-load", (event) => {
  if (event.detail.xhr.status >= 400) event.stopPropagation();
}, { capture: true });
