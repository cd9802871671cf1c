import assert from "node:assert/strict";
import { test } from "node:test";

import { numbersTyped, shipping, twins } from "#static/orders/ship_rows.js";

test("each number that was there before names the first row that has it", () => {
  assert.deepEqual(twins(["1Z", "2Z", " 1z ", "1Z"]), [-1, -1, 0, 0]);
});

test("rows without a number are nobody's twins", () => {
  assert.deepEqual(twins(["", "  ", "1Z", ""]), [-1, -1, -1, -1]);
});

test("the button says how many orders it ships", () => {
  assert.deepEqual([0, 1, 2].map(shipping), ["Ship orders", "Ship 1 order", "Ship 2 orders"]);
  assert.equal(numbersTyped(1, 25), "1 of 25 have a number");
});
