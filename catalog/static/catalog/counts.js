/* What is typed while shelves are counted, and what is said about it. */
import { gettext, grouped } from "../backoffice/words.js";

/* Codes are longer than counts, or hold more than digits: scanned while the focus was in a row. */
export const isCode = (text) => /[^0-9]/.test(text) || text.length > 7;

/* So far from what is on hand that it may be a code scanned into the wrong field. */
export const isFar = (counted, expected) =>
  Math.abs(counted - expected) >= 100 && (counted >= 3 * expected || expected >= 3 * counted);

export function farAway(counted, expected) {
  const facts = { counted: grouped(counted), expected: grouped(expected) };
  return gettext("%(counted)s is far from %(expected)s. Enter again if it is right.", facts);
}

/* A barcode is compared as it is, a SKU in any case. */
export const isOf = (code, { sku, barcode }) => sku.toLowerCase() === code.toLowerCase() || barcode === code;

export function tally(waiting, refused) {
  const told = [
    waiting && gettext("%(count)s waiting to be sent", { count: waiting }),
    refused && gettext("%(count)s refused", { count: refused }),
  ];
  return told.filter(Boolean).map((each) => ` · ${each}`).join("");
}
