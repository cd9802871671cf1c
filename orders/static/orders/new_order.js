/* Orders by phone, in form[data-new-order]: products are found, and the order is priced, while one types. */
import { goTo } from "../backoffice/focus.js";
import { SIGNED_OUT } from "../backoffice/request.js";
import { gettext, whole } from "../backoffice/words.js";
import { ProductSearch, meant } from "./product_search.js";
import { Quote, isUntouched } from "./quote.js";
import { stepped } from "./steps.js";

const form = document.querySelector("form[data-new-order]");
const search = new ProductSearch(form, { why });
const quote = new Quote(form, { tell, why });
let isEntered = false, isLeaving = false;
let filled = {};

const rows = () => [...form.querySelectorAll("[data-line]")];
const quantityOf = (row) => row.querySelector("[name=quantity]");
const deliveryParts = () => [...form.querySelectorAll(".bo-delivery input, .bo-delivery select")];

function why({ cause, message }) {
  // What went wrong without a request says so itself.
  if (!cause) return message;
  return cause === SIGNED_OUT
    ? gettext("You are signed out, or may no longer place orders. Sign in again in another tab.")
    : gettext("The shop cannot be reached, or is too busy. What you typed is still here.");
}

// What the price's answer holds beside the price

function fillAddress(address) {
  const parts = deliveryParts();
  // The country is chosen already: by itself it says nothing.
  if (!isUntouched(parts.filter((part) => part.name !== "country"), filled)) return;
  for (const part of parts) part.value = address[part.name] ?? (part.name === "country" ? part.value : "");
  filled = address;
}

function tell(answer) {
  rows().forEach((row, index) => {
    row.querySelector(".bo-says").textContent = answer.problems[index];
    row.toggleAttribute("data-bad", Boolean(answer.problems[index]));
  });
  form.querySelector("[data-total]").textContent = answer.total && ` · ${answer.total}`;
  const customer = form.querySelector("[data-customer]");
  customer.innerHTML = answer.customer;
  customer.hidden = !customer.textContent.trim();
  fillAddress(answer.address);
}

// Lines

function add(hit) {
  let row = rows().find(({ dataset }) => dataset.line === hit.dataset.hit);
  if (row) {
    quantityOf(row).value = (whole(quantityOf(row).value) || 0) + 1;
  } else {
    form.querySelector("[data-lines]").append(hit.querySelector("template").content.cloneNode(true));
    row = rows().at(-1);
  }
  search.input.value = "";
  search.close();
  goTo(quantityOf(row));
  quote.askSoon();
  return row;
}

/* Quicker than the answer: what is typed meanwhile is the quantity, and a second Enter ends it. */
async function addTyped(term) {
  search.input.value = "";
  isEntered = false;
  form.toggleAttribute("data-looking-up", true);
  const isAnswered = await search.find(term);
  form.toggleAttribute("data-looking-up", false);
  const typed = search.input.value.trim();
  const hit = meant(search.hits);
  if (!hit) {
    search.input.value = term;
    if (isAnswered) goTo(search.input);
    return;
  }
  const row = add(hit);
  if (typed) quantityOf(row).value = typed;
  if (isEntered) goTo(search.input);
}

/* More than is available can be typed, and is refused with a reason; a step stops there. */
function step(button) {
  const input = button.parentElement.querySelector("input");
  const most = Math.max(1, Number(input.dataset.most ?? Infinity));
  input.value = stepped(input.value, Number(button.dataset.step), most, 1);
  quote.askSoon();
}

function remove(row) {
  row.remove();
  goTo(search.input);
  quote.askSoon();
}

// Keys, clicks and typing

function enterSearch() {
  const term = search.input.value.trim();
  if (form.hasAttribute("data-looking-up")) isEntered = true;
  else if (term && search.chosenOfTyped) add(search.chosenOfTyped);
  else if (term) addTyped(term);
  else goOn();
}

/* Nothing more to add: to what is still missing of the address, or to the button. */
function goOn() {
  const missing = [...form.querySelectorAll(".bo-delivery :is(input, select)[required]")].find((part) => !part.value.trim());
  goTo(missing ?? form.querySelector("[type=submit]"));
}

/* Scanners end with Enter, which never submits: it moves to the next field, from the last to the button. */
function enterField(field) {
  const fields = [...form.querySelectorAll("input:not([type=hidden]):not([disabled]):not([type=checkbox]), select")];
  const next = fields[fields.indexOf(field) + 1] ?? form.querySelector("[type=submit]");
  next.focus();
  next.select?.();
}

function enter(field) {
  if (field === search.input) enterSearch();
  else if (field.name === "quantity") goTo(search.input);
  else enterField(field);
}

function onKey(event) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const isSearch = event.target === search.input;
  if (event.key === "Enter" && event.target.matches("input, select")) {
    enter(event.target);
  } else if (isSearch && by && search.hits.length) {
    search.chooseBeside(by);
  } else if (isSearch && event.key === "Escape" && !search.list.hidden) {
    search.close();
  } else {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
}

form.addEventListener("keydown", onKey);
form.addEventListener("input", ({ target }) => {
  if (target !== search.input) quote.askSoon();
  else if (!form.hasAttribute("data-looking-up")) search.findSoon();
});
form.addEventListener("click", ({ target }) => {
  if (target.closest("[data-hit]")) add(target.closest("[data-hit]"));
  if (target.closest("[data-step]")) step(target.closest("[data-step]"));
  if (target.closest("[data-remove]")) remove(target.closest("[data-line]"));
});
form.addEventListener("submit", () => { isLeaving = true; });
window.addEventListener("beforeunload", (event) => { if (rows().length && !isLeaving) event.preventDefault(); });
window.addEventListener("load", () => {
  form.querySelector(".errors :is(input, select), [data-bad] [name=quantity]")?.focus();
  if (rows().length || form.elements.email.value) quote.askSoon();
});
