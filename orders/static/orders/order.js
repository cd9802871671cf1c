/* The page of one order: its neighbours by key, its sentence copied. */
import { bind } from "../backoffice/shortcuts.js";
import { gettext } from "../backoffice/words.js";

const COPIED_FOR = 1500;
const press = (selector) => () => document.querySelector(selector)?.click();

bind({ j: press(".bo-beside [rel=next]"), k: press(".bo-beside [rel=prev]") });

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy]");
  if (!button || !navigator.clipboard) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  const before = button.textContent;
  button.textContent = gettext("Copied");
  setTimeout(() => { button.textContent = before; }, COPIED_FOR);
});
