import assert from "node:assert/strict";
import { test } from "node:test";

import { notTaken, reading, readingSince, sending, tooLarge } from "#static/catalog/progress.js";

const FILE = { name: "shelf.csv", size: 1_234_567 };

test("a file on its way is told with its share of whole percents and its size", () => {
  assert.equal(sending(FILE), "Sending shelf.csv …");
  assert.equal(sending(FILE, 0), "Sending shelf.csv: 0 % of 1.2 MB");
  assert.equal(sending(FILE, 0.999), "Sending shelf.csv: 99 % of 1.2 MB");
  assert.equal(sending(FILE, 1), "Sending shelf.csv: 100 % of 1.2 MB");
});

test("a file that is read is told with its rows as soon as the shop knows them", () => {
  assert.equal(reading(FILE), "Reading shelf.csv …");
  assert.equal(readingSince(FILE, 0, 3), "Reading shelf.csv: 3 s");
  assert.equal(readingSince(FILE, 1, 3), "Reading shelf.csv: 1 row, 3 s");
  assert.equal(readingSince(FILE, 12345, 20), "Reading shelf.csv: 12,345 rows, 20 s");
});

test("what was not taken is told with its number", () => {
  assert.equal(notTaken(502), "The shop could not take the file (502). Choose it again.");
});

test("a file that is too large is told before it is sent", () => {
  assert.equal(tooLarge(FILE, 20), "");
  assert.equal(tooLarge({ ...FILE, size: 20 * 1_048_576 }, 20), "");
  assert.equal(
    tooLarge({ ...FILE, size: 20 * 1_048_576 + 1 }, 20),
    "shelf.csv has 21.0 MB; at most 20 MB are taken. Send it in parts.",
  );
});
