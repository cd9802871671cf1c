/* What adjusting would do to the stock, said before the click. */
import { gettext, grouped, whole } from "../backoffice/words.js";

const form = document.querySelector(".bo-adjust");
const shown = (units) => grouped(units).replace("-", "−");

function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

function tell() {
  const outcome = form.querySelector("output");
  const units = whole(form.elements.quantity.value);
  if (Number.isNaN(units)) return outcome.replaceChildren();
  const onHand = Number(form.dataset.onHand);
  const available = Number(form.dataset.available);
  outcome.replaceChildren(
    `${shown(onHand)} → `,
    element("strong", "", shown(onHand + units)),
    ` · ${gettext("available")} ${shown(available)} → `,
    element("strong", available + units < 0 ? "bo-bad" : "", shown(available + units)),
  );
}

if (form) {
  form.addEventListener("click", ({ target }) => {
    const step = Number(target.closest("[data-step]")?.dataset.step);
    if (!step) return;
    const input = form.elements.quantity;
    input.value = (whole(input.value) || 0) + step;
    tell();
  });
  form.addEventListener("input", tell);
  window.addEventListener("pageshow", tell);
  tell();
}
