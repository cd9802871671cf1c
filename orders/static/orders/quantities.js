/* Dialogs with a quantity for each line: steppers, a line found by its name, and what will happen said meanwhile.
   What it would cost is the shop's to say: it is asked, and does nothing. */
import { goTo } from "../backoffice/focus.js";
import { fetchJson, heldBy } from "../backoffice/request.js";
import { gettext, whole } from "../backoffice/words.js";
import { stepped } from "./steps.js";

const PAUSE = 200;
let clock, asking;

const dialogOf = (element) => element.closest?.("#dialog");
const inputs = (within) => [...within.querySelectorAll(".bo-quantities input[data-most]")];
const isQuantity = ({ name }) => name.startsWith("quantity_");

function show(input) {
  const { value, most } = { value: whole(input.value) || 0, most: Number(input.dataset.most) };
  const [less, more] = input.parentElement.querySelectorAll("[data-step]");
  less.disabled = value <= 0;
  more.disabled = value >= most;
  if (isQuantity(input)) input.closest("[data-row]").classList.toggle("bo-chosen", value > 0);
}

function set(input, value) {
  if (whole(input.value) === value) return;
  input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

// What would happen

function tell(dialog, { what, because, note, button, figures }) {
  for (const [name, text] of Object.entries({ what, because, note })) {
    const place = dialog.querySelector(`[data-says=${name}]`);
    if (place) place.textContent = text;
  }
  for (const place of dialog.querySelectorAll("[data-figure]")) place.textContent = figures[place.dataset.figure] ?? "–";
  const label = dialog.querySelector("[data-submit]");
  label.dataset.idle ??= label.textContent;
  label.textContent = button || label.dataset.idle;
}

async function foresee(dialog) {
  const form = dialog.querySelector("form");
  const body = heldBy(form);
  body.append("foresee", "1");
  const { signal } = (asking = new AbortController());
  try {
    tell(dialog, await fetchJson(form.action, { method: "POST", body, signal }));
  } catch {
    // Another one is asked already.
    if (signal.aborted) return;
    tell(dialog, { what: gettext("The shop cannot be reached."), because: "", note: "", figures: {} });
  }
  dialog.querySelector(".bo-dialog-says").removeAttribute("aria-busy");
}

function foreseeSoon(dialog) {
  asking?.abort();
  clearTimeout(clock);
  dialog.querySelector(".bo-dialog-says").setAttribute("aria-busy", "true");
  clock = setTimeout(() => foresee(dialog), PAUSE);
}

// Finding a line

function find(dialog, term) {
  const words = term.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = [...dialog.querySelectorAll("[data-row]")];
  for (const row of rows) {
    const text = row.querySelector(".bo-quantities-what").textContent.toLowerCase();
    row.hidden = !words.every((word) => text.includes(word));
  }
  dialog.querySelector("[data-no-line]").hidden = rows.some((row) => !row.hidden);
}

/* Enter after the name goes on to the quantity of the line found; it does not send the dialog. */
function enterFound(dialog, event) {
  const first = dialog.querySelector("[data-row]:not([hidden]) input[data-most]");
  event.preventDefault();
  if (first) goTo(first);
}

document.addEventListener("click", ({ target }) => {
  const step = target.closest("#dialog [data-step]");
  if (step) {
    const input = step.parentElement.querySelector("input");
    set(input, stepped(input.value, Number(step.dataset.step), Number(input.dataset.most)));
    // At the end the button that was pressed is no more: the keyboard stays with its number.
    if (step.disabled) input.focus();
    return;
  }
  const all = target.closest("#dialog :is([data-everything], [data-nothing])");
  if (!all) return;
  const quantities = inputs(dialogOf(all)).filter(isQuantity);
  for (const input of quantities) set(input, all.hasAttribute("data-everything") ? Number(input.dataset.most) : 0);
  goTo(quantities[0]);
});

document.addEventListener("input", ({ target }) => {
  const dialog = dialogOf(target);
  if (!dialog?.querySelector(".bo-quantities")) return;
  if (target.matches("[data-find-line]")) return find(dialog, target.value);
  if (target.matches("[data-most]")) show(target);
  if (target.matches("[data-most], [name=shipping_credit]")) foreseeSoon(dialog);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.target.matches?.("#dialog [data-find-line]")) enterFound(dialogOf(event.target), event);
});

document.addEventListener("htmx:afterSettle", () => {
  const dialog = document.getElementById("dialog");
  if (dialog) inputs(dialog).forEach(show);
});
