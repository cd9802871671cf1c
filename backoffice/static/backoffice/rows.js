/* Lists of records: j and k move, x selects, e shows details, Enter opens; what a row can do opens beside it. */
import { further } from "./focus.js";
import { bind } from "./shortcuts.js";

const rows = () => [...document.querySelectorAll("#result_list tr.data-row")];
const here = () => document.querySelector("#result_list tr.bo-here");

function moveTo(row) {
  here()?.classList.remove("bo-here");
  row.classList.add("bo-here");
  row.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = rows();
  moveTo(all[further(all.indexOf(here()), by, all.length)]);
}

/* Unless there is nothing to press the key is left to the browser. */
const press = (selector) => (event) => {
  if (!here()) return;
  event.preventDefault();
  here().querySelector(selector)?.click();
};

if (rows().length) {
  bind({
    j: () => step(1),
    k: () => step(-1),
    x: press("input.action-select"),
    e: press("[data-expander]"),
    Enter: press("th a, td a"),
  });
}

document.addEventListener("click", ({ target }) => {
  const expander = target.closest("[data-expander]");
  if (!expander) return;
  const section = document.getElementById(expander.getAttribute("aria-controls"));
  section.hidden = !section.hidden;
  expander.setAttribute("aria-expanded", String(!section.hidden));
});

/* On touch a row's actions open above the page, beside their button. */
document.addEventListener("toggle", ({ target, newState }) => {
  if (!target.matches(".bo-row-menu[popover]")) return;
  const button = document.querySelector(`[popovertarget="${target.id}"]`);
  const { bottom, right } = button.getBoundingClientRect();
  button.setAttribute("aria-expanded", String(newState === "open"));
  target.style.top = `${Math.min(bottom + 4, window.innerHeight - target.offsetHeight - 8)}px`;
  target.style.left = `${right - target.offsetWidth}px`;
}, { capture: true });

document.addEventListener("click", ({ target }) => target.closest(".bo-row-menu:popover-open")?.hidePopover());
