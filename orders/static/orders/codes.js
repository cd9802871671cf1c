/* What a scanned code is. */

/* Codes are compared so. */
export const plain = (text) => text.trim().toUpperCase();

/* An order's number, also of one that is not on the page: no carrier's number looks so. */
export function isOrder(text, prefix) {
  const begins = plain(prefix);
  return begins !== "" && plain(text).startsWith(begins) && /^[0-9]{6,}$/.test(plain(text).slice(begins.length));
}

/* A product's SKU in any case, also one of the others that it has or had, or its barcode as it is. */
export const isProduct = (text, { sku, barcode, others = [] }) =>
  [sku, ...others].some((each) => plain(each) === plain(text)) || Boolean(barcode && barcode === text);
