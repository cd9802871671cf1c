/* Buttons that copy what stands beside them. */
import { gettext } from "../backoffice/words.js";

const COPIED_FOR = 1500;

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
