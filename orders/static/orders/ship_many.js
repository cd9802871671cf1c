/* Shipping many orders, in [data-shipping]: Enter moves on and never submits; an order's number goes to its row. */
import { goTo } from "../backoffice/focus.js";
import { isOrder, plain } from "./codes.js";
import { notHere, numbersTyped, shipping, twinOf, twins } from "./ship_rows.js";

const page = document.querySelector("[data-shipping]");
const scan = page.querySelector("[data-scan]");
const foot = document.querySelector(".bo-foot");
const button = foot.querySelector("[data-ship]");
const told = foot.querySelector("[data-tally]");
const idle = told.textContent;
let isLeaving = false;

const rows = () => [...page.querySelectorAll("[data-row]")];
const inputOf = (row) => row.querySelector(".bo-tracked input");
const typedIn = (row) => inputOf(row).value.trim();
const rowOf = (text) => rows().find(({ dataset }) => dataset.row === plain(text));
const firstOpen = () => rows().find((row) => !typedIn(row));
const beside = (row, by) => rows()[rows().indexOf(row) + by];
const trouble = (text) => { foot.querySelector("[data-trouble]").textContent = text; };

function say(row, state, text) {
  row.dataset.state = state;
  row.querySelector(".bo-says").textContent = text;
}

function markTwins() {
  const all = rows();
  twins(all.map(typedIn)).forEach((first, at) => {
    if (first >= 0) say(all[at], "twin", twinOf(all[first].dataset.row));
    else if (all[at].dataset.state === "twin") say(all[at], "", "");
  });
}

function update() {
  markTwins();
  const count = rows().filter(typedIn).length;
  told.textContent = count ? numbersTyped(count, rows().length) : idle;
  button.textContent = shipping(count);
  button.disabled = !count;
}

function find(text) {
  const row = rowOf(text);
  if (!row) trouble(notHere(text));
  goTo(row ? inputOf(row) : scan);
}

function enter(input) {
  const row = input.closest("[data-row]");
  const text = input.value.trim();
  trouble("");
  if (row && !isOrder(text, page.dataset.shipping) && !rowOf(text)) {
    input.dataset.kept = input.value;
    goTo(beside(row, 1) ? inputOf(beside(row, 1)) : scan);
  } else {
    // In a row back to what was there before the order's number was scanned over it.
    input.value = row ? input.dataset.kept : "";
    if (text) find(text);
    else goTo(firstOpen() ? inputOf(firstOpen()) : scan);
  }
  update();
}

page.addEventListener("keydown", (event) => {
  if (event.target.tagName !== "INPUT") return;
  const row = event.target.closest("[data-row]");
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "Enter") {
    event.preventDefault();
    if (row || event.target === scan) enter(event.target);
    else if (firstOpen()) goTo(inputOf(firstOpen()));
  } else if (by && row) {
    event.preventDefault();
    if (beside(row, by)) goTo(inputOf(beside(row, by)));
  }
});

page.addEventListener("input", (event) => {
  const row = event.target.closest("[data-row]");
  if (row?.dataset.state === "refused") say(row, "", "");
  if (row) update();
});

// What is scanned replaces what was there.
page.addEventListener("click", (event) => { if (event.target.matches(".bo-tracked input")) event.target.select(); });
page.addEventListener("submit", () => { isLeaving = true; });
window.addEventListener("pageshow", () => {
  isLeaving = false;
  update();
});
window.addEventListener("beforeunload", (event) => {
  if (!isLeaving && rows().some((row) => typedIn(row) && row.dataset.state !== "refused")) event.preventDefault();
});

for (const row of rows()) inputOf(row).dataset.kept = inputOf(row).value;
update();
