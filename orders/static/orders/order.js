/* The page of one order: its neighbours by key, what can be copied, and a comment that is sent by Ctrl+Enter. */
import { bind } from "../backoffice/shortcuts.js";
import { gettext } from "../backoffice/words.js";

const COPIED_FOR = 1500;
const press = (selector) => () => document.querySelector(selector)?.click();

bind({ j: press(".bo-top [rel=next]"), k: press(".bo-top [rel=prev]") });

function sayCopied(button) {
  const icon = button.querySelector(".material-symbols-outlined");
  const before = [icon.textContent, button.getAttribute("aria-label")];
  if (before[0] === "check") return;
  icon.textContent = "check";
  button.setAttribute("aria-label", gettext("Copied"));
  setTimeout(() => {
    icon.textContent = before[0];
    button.setAttribute("aria-label", before[1]);
  }, COPIED_FOR);
}

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy]");
  if (!button || !navigator.clipboard) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  sayCopied(button);
});

document.addEventListener("keydown", (event) => {
  const isSent = event.key === "Enter" && (event.ctrlKey || event.metaKey);
  if (isSent && event.target.matches(".bo-comment-box textarea")) event.target.form.requestSubmit();
});
