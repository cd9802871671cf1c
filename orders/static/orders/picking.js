/* What of an order lies in the parcel, and what a scanned code then means. */
import { gettext, ngettext } from "../backoffice/words.js";
import { isOrder, isProduct } from "./codes.js";

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/* `lines` have `picked` and `open` units each; `isPart`: what is ticked shall leave, though it is not all. */
export function progressOf(lines, isPart) {
  const picked = sum(lines.map((line) => line.picked));
  const open = sum(lines.map((line) => line.open));
  const isAll = picked === open;
  return { picked, open, isAll, isReady: isAll || (isPart && picked > 0) };
}

const QUANTITY = /^([0-9]{1,9})\s*[*×x]\s*(\S.*)$/i;

/* The line whose product the code is, with one unit of it or as many as stand before it: `12*TEA-01`. */
function pickOf(text, lines) {
  const line = lines.find((each) => isProduct(text, each));
  if (line) return { line, units: 1 };
  const [, units, code] = QUANTITY.exec(text.trim()) ?? [];
  const meant = code && lines.find((each) => isProduct(code, each));
  return meant ? { line: meant, units: Number(units) } : null;
}

/* The line and units of a product, else "tracking", "order" or "unknown". A tracking number is anything else. */
export function meaningOf(text, lines, { prefix, isReady }) {
  const pick = pickOf(text, lines);
  if (pick) return pick;
  if (isOrder(text, prefix)) return "order";
  return isReady ? "tracking" : "unknown";
}

/* The units that were typed beside a line; null for what is no number from none to all that are open. */
export function typedUnits(text, { open }) {
  const units = /^[0-9]{1,9}$/.test(text.trim()) ? Number(text) : null;
  return units !== null && units <= open ? units : null;
}

export function told({ picked, open, isAll, isReady }) {
  const facts = { picked, open };
  if (isAll) {
    return ngettext(
      "All %(open)s unit picked. Scan the tracking number.",
      "All %(open)s units picked. Scan the tracking number.",
      open,
      facts,
    );
  }
  if (isReady) {
    return ngettext(
      "%(picked)s of %(open)s unit will ship. Scan the tracking number.",
      "%(picked)s of %(open)s units will ship. Scan the tracking number.",
      open,
      facts,
    );
  }
  return ngettext("%(picked)s of %(open)s unit picked", "%(picked)s of %(open)s units picked", open, facts);
}

export const wanted = ({ isReady }) => (isReady ? gettext("Scan the tracking number") : gettext("Scan a product"));
export const unknown = (text) => gettext("%(text)s is unknown: no product of this order.", { text });
export const isOpenAlready = (order) => gettext("%(order)s is open already. Scan its products.", { order });
export const isAnother = (text, order) =>
  gettext('%(text)s is another order. Ship %(order)s first, or press "Another order".', { text, order });
export const isTooMany = ({ sku, open, picked }, units = 1) =>
  picked === open && units === 1
    ? gettext("One %(sku)s too many: %(open)s of %(open)s picked already. Take it out again.", { sku, open })
    : gettext("%(units)s × %(sku)s are too many: %(picked)s of %(open)s picked already.", { units, sku, picked, open });
export const isNoQuantity = ({ sku, open }) =>
  gettext("Type how many of %(sku)s are in the parcel: 0 to %(open)s.", { sku, open });
