import assert from "node:assert/strict";
import { test } from "node:test";
import { stepped } from "#static/orders/steps.js";

test("a step stops at nothing and at what is left", () => {
  assert.deepEqual([stepped("0", -1, 4), stepped("0", 1, 4), stepped("4", 1, 4), stepped("4", -1, 4)], [0, 1, 4, 3]);
});

test("more than is left comes back to what is left", () => {
  assert.equal(stepped("99", -1, 4), 4);
});

test("what is no number counts as nothing", () => {
  assert.deepEqual([stepped("", 1, 4), stepped("many", 1, 4), stepped("1.9", 1, 4)], [1, 1, 2]);
});

test("a line that is ordered keeps one unit", () => {
  assert.equal(stepped("1", -1, 4, 1), 1);
});
