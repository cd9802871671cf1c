/* Lists of records: j and k move, x selects, e expands, Enter opens; and everything of a row has a key. */
import { further } from "./focus.js";
import { bind } from "./shortcuts.js";
import { gettext } from "./words.js";

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

/* Row expanders and row menus cannot be reached by keyboard in Unfold: make buttons of them. */
function makeButton(element, label) {
  element.setAttribute("role", "button");
  element.setAttribute("tabindex", "0");
  element.setAttribute("aria-label", label);
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    element.click();
  });
}

function makeReachable(row) {
  for (const cell of row.querySelectorAll("td.cursor-pointer")) {
    cell.dataset.expander = "";
    makeButton(cell, gettext("Show details"));
  }
  for (const menu of row.querySelectorAll("td.field-actions_holder span.cursor-pointer")) {
    makeButton(menu, gettext("More actions"));
  }
}

if (rows().length) {
  bind({
    j: () => step(1),
    k: () => step(-1),
    x: press("input.action-select"),
    e: press("[data-expander]"),
    Enter: press("th a, td a"),
  });
}
window.addEventListener("load", () => rows().forEach(makeReachable));
