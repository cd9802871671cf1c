/* What the keys mean. */
import { gettext } from "./words.js";

export const BOUND = "backoffice:bound";

/* `bind({ j: () => … })`: done when the key is pressed, and nobody types and nothing covers the page. Told by an event,
   for whoever hears keys is one, and loaded by every page (keys.js). */
export const bind = (keys) => document.dispatchEvent(new CustomEvent(BOUND, { detail: keys }));

/* After g: the sidebar's link that ends so, hence only pages that this user may open; d is the first of them. */
export const PLACES = {
  d: "",
  o: "/orders/order/",
  p: "/orders/promocode/",
  s: "/catalog/product/",
  c: "/catalog/product/count/",
  i: "/catalog/stockimport/",
};
const SECOND_KEY_WITHIN = 1000;

/* The place that a key leads to when it follows g soon enough, else null; both keys have their milliseconds, `at`. */
export function placeAfter(last, { key, at }) {
  const isSecond = last.key === "g" && at - last.at < SECOND_KEY_WITHIN;
  return isSecond && Object.hasOwn(PLACES, key) ? PLACES[key] : null;
}

/* Unfold adds, filters, searches and folds the sidebar upon these, also within a select and behind a dialog. */
export const isUnfolds = (key) => ["c", "f", "/", "["].includes(key);

const TYPED_INTO = ["INPUT", "TEXTAREA", "SELECT"];
const PRESSED = ["checkbox", "radio", "button", "submit"];
const OPENED = ["A", "BUTTON", "SUMMARY"];

/* Keys there are text, and no commands. */
export const isTyping = ({ isContentEditable, tagName, type }) =>
  Boolean(isContentEditable) || (TYPED_INTO.includes(tagName) && !PRESSED.includes(type));

/* Enter there presses it, whatever else Enter may do on the page. */
export const isOnControl = ({ tagName, type }) => OPENED.includes(tagName) || type === "checkbox";

/* For the overlay behind "?": what each does, and its keys. */
export const described = () => [
  [gettext("Next and previous row or order"), "j", "k"],
  [gettext("Select row"), "x"],
  [gettext("Open row"), "Enter"],
  [gettext("Show row's details"), "e"],
  [gettext("Go to dashboard"), "g", "d"],
  [gettext("Go to orders"), "g", "o"],
  [gettext("Go to promo codes"), "g", "p"],
  [gettext("Go to products"), "g", "s"],
  [gettext("Count shelves"), "g", "c"],
  [gettext("Import stock"), "g", "i"],
];
