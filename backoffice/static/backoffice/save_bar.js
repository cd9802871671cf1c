/* The form of one record: its bar says what would be saved, and sleeps while that is nothing. */
import { ngettext } from "./words.js";

const isChanged = (field) => {
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.options) return [...field.options].some((option) => option.selected !== option.defaultSelected);
  return field.value !== field.defaultValue;
};

const nameOf = (field) => {
  const group = field.closest(".bo-field");
  const label = group?.querySelector("label, .bo-field-name") ?? field.labels?.[0];
  return (label?.firstChild?.textContent ?? field.name).trim();
};

const namesOfChanged = (form) => {
  const fields = [...form.elements].filter(({ name, type }) => name && type !== "hidden" && type !== "submit");
  return [...new Set(fields.filter(isChanged).map(nameOf))];
};

function show(bar, form) {
  const names = namesOfChanged(form);
  // What was typed came back with the page, so that no field seems to be changed.
  const mayBeSaved = names.length > 0 || "unsaved" in form.dataset || form.querySelector("[aria-invalid=true]") !== null;
  bar.classList.toggle("bo-awake", names.length > 0);
  bar.classList.toggle("bo-asleep", !mayBeSaved);
  for (const button of bar.querySelectorAll("[type=submit]")) button.disabled = !mayBeSaved;
  bar.querySelector("[data-count]").textContent =
    names.length ? ngettext("%(count)s unsaved change", "%(count)s unsaved changes", names.length) : "";
  bar.querySelector("[data-names]").textContent = names.slice(0, 3).join(", ") + (names.length > 3 ? " …" : "");
}

const bar = document.querySelector("#submit-row[data-sleeps]");
const form = bar && document.getElementById(bar.dataset.form);
if (form) {
  for (const event of ["input", "change"]) form.addEventListener(event, () => show(bar, form));
  // A page gone back to has what was typed filled in again.
  window.addEventListener("pageshow", () => show(bar, form));
  bar.querySelector("[data-discard]")?.addEventListener("click", () => { window.onbeforeunload = null; });
}
