import assert from "node:assert/strict";
import { test } from "node:test";

import { around, further, goTo } from "#static/backoffice/focus.js";

test("a step ends at the last and at the first", () => {
  assert.deepEqual([further(0, 1, 3), further(2, 1, 3), further(1, -1, 3), further(0, -1, 3)], [1, 2, 0, 0]);
});

test("before any row is chosen the first step leads to the first", () => {
  assert.deepEqual([further(-1, 1, 3), further(-1, -1, 3), further(-1, 1, 1)], [0, 0, 0]);
});

test("in a circle the first follows the last, and the last comes before the first", () => {
  assert.deepEqual([around(2, 1, 3), around(0, -1, 3), around(1, 1, 3), around(0, 1, 1)], [0, 2, 2, 0]);
});

test("going to a field focuses it, selects what is in it and shows it; a button has nothing to select", () => {
  const done = [];
  const button = { focus: () => done.push("focus"), scrollIntoView: ({ block }) => done.push(block) };

  goTo(button);
  goTo({ ...button, select: () => done.push("select") });

  assert.deepEqual(done, ["focus", "nearest", "focus", "select", "nearest"]);
});
