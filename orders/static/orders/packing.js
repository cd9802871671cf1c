/* Packing with a scanner, in [data-packing]: each product ticks a unit, then the tracking number ships them. */
import { plain } from "./codes.js";
import {
  isAnother, isNoQuantity, isOpenAlready, isTooMany, meaningOf, progressOf, told, typedUnits, unknown, wanted,
} from "./picking.js";

const CARRIER = "backoffice.carrier";
const page = document.querySelector("[data-packing]");
const code = page.querySelector("[data-code]");
const part = page.querySelector("[data-part]");
let isLeaving = false;

function lineIn(element) {
  const field = element.querySelector("[data-picked]");
  const { sku, barcode, open } = element.dataset;
  const others = element.dataset.others.split("\n").filter(Boolean);
  let picked = Number(field.value);
  return {
    element, field, sku, barcode, others, open: Number(open),
    get picked() { return picked; },
    set picked(units) { picked = units; field.value = units; },
  };
}

const lines = [...page.querySelectorAll("[data-line]")].map(lineIn);
const lineOf = (part) => lines.find(({ element }) => element.contains(part));
const progress = () => progressOf(lines, !part.disabled);

/* Emptied first, so that the same words are told once more. */
function trouble(text) {
  const place = page.querySelector("[data-trouble]");
  place.textContent = "";
  setTimeout(() => { place.textContent = text; });
}

function updateLine({ element, picked, open }) {
  element.dataset.state = picked === open ? "all" : "";
  element.querySelector("[data-take-back]").disabled = !picked;
  element.querySelector("[data-take-all]").disabled = picked === open;
}

function update() {
  lines.forEach(updateLine);
  if (!progress().picked) part.disabled = true;
  const now = progress();
  const place = page.querySelector("[data-told]");
  place.classList.toggle("bo-good", now.isAll);
  place.classList.toggle("bo-warn", !now.isAll && now.isReady);
  place.textContent = told(now);
  code.placeholder = wanted(now);
  page.querySelector("[data-ship-part]").disabled = !now.picked || now.isReady;
}

function pick(line, by) {
  for (const { element } of lines) element.toggleAttribute("data-here", element === line.element);
  line.picked += by;
  line.element.scrollIntoView({ block: "nearest" });
  update();
}

function tick({ line, units }) {
  if (line.picked + units <= line.open) pick(line, units);
  else trouble(isTooMany(line, units));
}

/* Takes over what was typed beside the line, or puts back what was there. */
function type(line) {
  const units = typedUnits(line.field.value, line);
  if (units === null) trouble(isNoQuantity(line));
  pick(line, units === null ? 0 : units - line.picked);
}

function openOrder(text) {
  const order = page.dataset.packing;
  if (plain(text) === order) return trouble(isOpenAlready(order));
  if (progress().picked) return trouble(isAnother(text, order));
  window.location.assign(`${page.dataset.page}?order=${encodeURIComponent(text)}`);
}

function ship() {
  isLeaving = true;
  page.requestSubmit();
}

function enter() {
  const text = code.value.trim();
  if (!text || isLeaving) return;
  trouble("");
  const meaning = meaningOf(text, lines, { prefix: page.dataset.prefix, isReady: progress().isReady });
  if (meaning === "tracking") return ship();
  code.value = "";
  if (meaning === "order") openOrder(text);
  else if (meaning === "unknown") trouble(unknown(text));
  else tick(meaning);
}

page.addEventListener("click", ({ target }) => {
  const takeBack = target.closest("[data-take-back]");
  if (takeBack) pick(lineOf(takeBack), -1);
  const takeAll = target.closest("[data-take-all]");
  if (takeAll) pick(lineOf(takeAll), lineOf(takeAll).open - lineOf(takeAll).picked);
  if (target.closest("[data-ship-part]")) {
    part.disabled = false;
    update();
  }
  if (target.closest("button")) {
    trouble("");
    code.focus();
  }
});

page.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
  event.preventDefault();
  if (event.target === code) enter();
  else code.focus();
});

// The carrier is chosen once: this browser remembers it.

const carrier = page.querySelector("[name=carrier]");
const otherCarrier = page.querySelector("[name=other_carrier]");

function recall() {
  const [chosen, other] = JSON.parse(localStorage.getItem(CARRIER) ?? "[]");
  if (page.dataset.chosen || ![...carrier.options].some(({ value }) => value === chosen)) return;
  carrier.value = chosen;
  otherCarrier.value = other;
}

page.addEventListener("change", ({ target }) => {
  if (target.matches("[data-picked]")) {
    trouble("");
    type(lineOf(target));
  }
  if (!target.closest(".bo-carrier")) return;
  localStorage.setItem(CARRIER, JSON.stringify([carrier.value, otherCarrier.value]));
  if (target.tagName === "SELECT") (otherCarrier.checkVisibility() ? otherCarrier : code).focus();
});

window.addEventListener("pageshow", () => { isLeaving = false; });
update();
recall();
