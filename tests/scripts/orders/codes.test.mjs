import assert from "node:assert/strict";
import { test } from "node:test";

import { isOrder, isProduct, plain } from "#static/orders/codes.js";

test("codes are compared without blanks around them and in any case", () => {
  assert.equal(plain("  b-000123\n"), "B-000123");
});

test("an order's number is the shop's prefix and at least six digits", () => {
  const numbers = ["B-000123", "b-000123 ", "B-1234567"];
  const others = ["B-00012", "B-00012x", "000123", "XB-000123", "B-", "", "00340434161094042557"];

  assert.deepEqual(numbers.map((text) => isOrder(text, "B-")), [true, true, true]);
  assert.deepEqual(others.map((text) => isOrder(text, "B-")), others.map(() => false));
});

test("without a prefix nothing is taken for an order: tracking numbers are digits as well", () => {
  assert.equal(isOrder("00340434161094042557", ""), false);
  assert.equal(isOrder("000123", "  "), false);
});

test("a product is its SKU in any case or its barcode as it is; none without one", () => {
  const product = { sku: "Tea-01", barcode: "4006381333931" };

  assert.deepEqual(["tea-01", "4006381333931", "400638133393", ""].map((text) => isProduct(text, product)), [true, true, false, false]);
  assert.equal(isProduct("", { sku: "TEA-01", barcode: "" }), false);
  assert.deepEqual(["tea-01", "tea-9", "TEA"].map((text) => isProduct(text, { sku: "TEA-01", others: ["TEA-9"] })), [true, true, false]);
});

test("another SKU that the product has or had is the product too", () => {
  const line = { sku: "UN-3", barcode: "", others: ["UN-5", "UN-4"] };
  for (const code of ["un-3", "UN-4", " un-5 "]) assert.equal(isProduct(code, line), true);
  assert.equal(isProduct("UN-6", line), false);
});
