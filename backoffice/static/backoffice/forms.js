/* Every form: it begins with its first field, or with the first to be corrected, and is sent once however often
   its button is pressed. */
import { firstInvalid, goTo } from "./focus.js";
import { renewToken } from "./request.js";

/* When Alpine has shown what it shows: hidden fields take no focus. */
window.addEventListener("load", () => {
  const first = firstInvalid(document)
    ?? document.querySelector("[data-focus], [autofocus]")
    ?? document.querySelector(".bo-narrow .bo-form input:not([type=hidden])");
  if (first && !first.closest("#modal-content")) goTo(first);
});

document.addEventListener("submit", ({ target }) => renewToken(target), { capture: true });

/* What was sent with a key is done: gone back to, its form is empty, for the browser would fill it in beside a key of
   its own, and do it twice. One that is left by a link keeps what was typed. */
document.addEventListener("submit", ({ target }) => {
  if (target.method === "post" && target.elements.key) target.autocomplete = "off";
});

const SENT_ONCE = "form[data-once], #content-main form[id$=_form]";
// Those of a form that stand outside it belong to it as well.
const buttonsOf = (form) => [...form.elements].filter(({ type }) => type === "submit");

/* [data-busy] is what its button says meanwhile. */
document.addEventListener("submit", (event) => {
  if (!event.target.matches(SENT_ONCE)) return;
  for (const button of buttonsOf(event.target)) {
    setTimeout(() => {
      button.disabled = true;
      if (!button.dataset.busy) return;
      button.dataset.idle = button.textContent;
      button.textContent = button.dataset.busy;
    });
  }
});

window.addEventListener("pageshow", () => {
  for (const button of [...document.querySelectorAll(SENT_ONCE)].flatMap(buttonsOf)) {
    button.disabled = false;
    if (button.dataset.idle) button.textContent = button.dataset.idle;
  }
});
