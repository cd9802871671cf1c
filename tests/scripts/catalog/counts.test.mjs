import assert from "node:assert/strict";
import { test } from "node:test";

import { farAway, isCode, isFar, isOf, tally } from "#static/catalog/counts.js";

test("what is longer than a count, or more than digits, is a code", () => {
  assert.deepEqual(["TEA-01", "-3", "1.5", "12345678", "4006381333931"].map(isCode), [true, true, true, true, true]);
  assert.deepEqual(["", "0", "12", "1234567"].map(isCode), [false, false, false, false]);
});

test("a count is far when it is both a hundred and three times away, whichever way", () => {
  assert.deepEqual([isFar("150", "50"), isFar("50", "150"), isFar("100", "0"), isFar("0", "100")], [true, true, true, true]);
  assert.deepEqual([isFar("149", "50"), isFar("99", "0"), isFar("1200", "1000"), isFar("7", "7")], [false, false, false, false]);
});

test("a far count is told in grouped numbers", () => {
  assert.equal(farAway("4006381", "12"), "4,006,381 is far from 12. Enter again if it is right.");
});

test("a SKU is found in any case, a barcode as it is", () => {
  const product = { sku: "Tea-01", barcode: "ABC123" };

  assert.deepEqual(["tea-01", "TEA-01", "ABC123", "abc123", "TEA-0", ""].map((code) => isOf(code, product)), [true, true, true, false, false, false]);
});

test("the tally tells what is left to do, and nothing when nothing is", () => {
  assert.equal(tally(0, 0), "");
  assert.equal(tally(2, 0), " · 2 waiting to be sent");
  assert.equal(tally(1, 3), " · 1 waiting to be sent · 3 refused");
});
