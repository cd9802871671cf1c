/* Rows of orders with a tracking number each. */
import { gettext, ngettext } from "../backoffice/words.js";
import { plain } from "./codes.js";

/* For each number the place of the first one like it, or -1: two orders may share a parcel, so that is told only. */
export function twins(numbers) {
  const seen = new Map();
  return numbers.map((number, at) => {
    if (!plain(number)) return -1;
    const first = seen.get(plain(number)) ?? -1;
    if (first < 0) seen.set(plain(number), at);
    return first;
  });
}

export const twinOf = (order) => gettext("The same number as %(order)s.", { order });
export const notHere = (text) => gettext("%(text)s is not on this page.", { text });
export const numbersTyped = (count, total) => gettext("%(count)s of %(total)s have a number", { count, total });
export const shipping = (count) =>
  count ? ngettext("Ship %(count)s order", "Ship %(count)s orders", count) : gettext("Ship orders");
