import assert from "node:assert/strict";
import { test } from "node:test";

import { between, told } from "#static/backoffice/selecting.js";

test("with Shift all rows from the one before to this one are meant, in either direction", () => {
  const boxes = ["a", "b", "c", "d"];

  assert.deepEqual(between(boxes, "b", "d"), ["b", "c", "d"]);
  assert.deepEqual(between(boxes, "d", "b"), ["b", "c", "d"]);
});

test("without a row before, this one alone is meant", () => {
  assert.deepEqual(between(["a", "b"], null, "b"), ["b"]);
});

test("the bar tells how many are chosen, or that all of all pages are", () => {
  assert.equal(told(3, ""), "3 selected");
  assert.equal(told(1500, false), "1,500 selected");
  assert.equal(told(25, "10,000+"), "All 10,000+ selected");
});
