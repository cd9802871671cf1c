/* Choosing rows of a list: the bar over its heads says how many are chosen, and can take those of all pages. */
import { gettext, grouped } from "./words.js";

/* With Shift all from the one before to this one; `boxes` are as they stand below each other. */
export function between(boxes, before, box) {
  const ends = [boxes.indexOf(before), boxes.indexOf(box)];
  return ends[0] < 0 ? [box] : boxes.slice(Math.min(...ends), Math.max(...ends) + 1);
}

/* What the bar says: `all` is how many rows all pages have, once they are all meant. */
export const told = (chosen, all) => all
  ? gettext("All %(count)s selected", { count: all })
  : gettext("%(count)s selected", { count: grouped(chosen) });

function listen(form, boxes) {
  const toggle = document.getElementById("action-toggle");
  const across = form.elements.select_across;
  const everywhere = form.querySelector("[data-across]");
  let before = null;

  function show() {
    const chosen = boxes.filter(({ checked }) => checked).length;
    if (chosen < boxes.length) across.value = "0";
    const isAcross = across.value === "1";
    toggle.checked = chosen === boxes.length;
    toggle.indeterminate = chosen > 0 && chosen < boxes.length;
    if (everywhere) everywhere.hidden = isAcross;
    const text = told(chosen, isAcross && everywhere.dataset.across);
    form.querySelector("[data-chosen]").textContent = text;
    form.querySelector("[data-chosen-told]").textContent = chosen ? text : "";
  }

  toggle.addEventListener("change", () => {
    for (const box of boxes) box.checked = toggle.checked;
    show();
  });
  everywhere?.addEventListener("click", () => {
    for (const box of boxes) box.checked = true;
    across.value = "1";
    show();
  });
  form.addEventListener("click", ({ target, shiftKey }) => {
    if (!boxes.includes(target)) return;
    for (const box of shiftKey ? between(boxes, before, target) : [target]) box.checked = target.checked;
    before = target;
    show();
  });
  form.addEventListener("reset", () => {
    across.value = "0";
    setTimeout(show);
  });
  /* Going back, the browser fills the boxes in as they were left. */
  window.addEventListener("pageshow", show);
}

const form = globalThis.document?.getElementById("changelist-form");
const boxes = form ? [...form.querySelectorAll("input.action-select")] : [];
if (boxes.length) listen(form, boxes);
