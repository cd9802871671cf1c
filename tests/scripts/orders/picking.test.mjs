import assert from "node:assert/strict";
import { test } from "node:test";

import { isTooMany, meaningOf, progressOf, told, typedUnits, wanted } from "#static/orders/picking.js";

const line = (sku, picked, open, barcode = "") => ({ sku, picked, open, barcode });
const LINES = [line("TEA-01", 0, 2, "4006381333931"), line("TEA-02", 0, 1)];

test("a parcel is ready when all is picked", () => {
  assert.deepEqual(progressOf([line("A", 2, 2), line("B", 1, 1)], false), { picked: 3, open: 3, isAll: true, isReady: true });
  assert.deepEqual(progressOf([line("A", 1, 2), line("B", 1, 1)], false), { picked: 2, open: 3, isAll: false, isReady: false });
});

test("a part is ready when that is wanted and something is picked", () => {
  assert.equal(progressOf([line("A", 1, 2)], true).isReady, true);
  assert.equal(progressOf([line("A", 0, 2)], true).isReady, false);
});

test("a scanned code is a product of the order before anything else", () => {
  const asked = { prefix: "B-", isReady: true };

  assert.deepEqual(meaningOf("tea-01", LINES, asked), { line: LINES[0], units: 1 });
  assert.deepEqual(meaningOf("4006381333931", LINES, asked), { line: LINES[0], units: 1 });
  assert.equal(meaningOf("B-000123", [line("B-000123", 0, 1)], asked).line.sku, "B-000123");
});

test("so many of a product are one scan with a number before it", () => {
  const asked = { prefix: "B-", isReady: false };
  const many = [line("TEA-01", 0, 432, "4006381333931"), line("2X3", 0, 9)];

  for (const text of ["432*tea-01", "432 × TEA-01", "432x4006381333931", " 432 * TEA-01 "]) {
    assert.deepEqual(meaningOf(text, many, asked), { line: many[0], units: 432 });
  }
  assert.deepEqual(meaningOf("2x3", many, asked), { line: many[1], units: 1 });
  for (const text of ["12*NOPE", "12*", "*TEA-01", "1.5*TEA-01", "-1*TEA-01"]) {
    assert.equal(meaningOf(text, many, asked), "unknown");
  }
});

test("what is typed beside a line is a number up to what is open", () => {
  const tea = line("TEA-01", 0, 432);

  assert.deepEqual(["432", " 7 ", "0"].map((text) => typedUnits(text, tea)), [432, 7, 0]);
  assert.deepEqual(["433", "", "x", "1.5", "-1", "1e2"].map((text) => typedUnits(text, tea)), Array(6).fill(null));
});

test("an order's number is one whether or not the parcel is ready", () => {
  assert.equal(meaningOf("b-000123", LINES, { prefix: "B-", isReady: true }), "order");
  assert.equal(meaningOf("b-000123", LINES, { prefix: "B-", isReady: false }), "order");
});

test("anything else is the tracking number of a parcel that is ready, and unknown before", () => {
  assert.equal(meaningOf("00340434161094042557", LINES, { prefix: "B-", isReady: true }), "tracking");
  assert.equal(meaningOf("00340434161094042557", LINES, { prefix: "B-", isReady: false }), "unknown");
});

test("what is told says what is picked and what is wanted next", () => {
  const said = (lines, isPart) => [told(progressOf(lines, isPart)), wanted(progressOf(lines, isPart))];

  assert.deepEqual(said([line("A", 0, 2)], false), ["0 of 2 units picked", "Scan a product"]);
  assert.deepEqual(said([line("A", 1, 2)], true), ["1 of 2 units will ship. Scan the tracking number.", "Scan the tracking number"]);
  assert.deepEqual(said([line("A", 2, 2)], false), ["All 2 units picked. Scan the tracking number.", "Scan the tracking number"]);
  assert.deepEqual(said([line("A", 1, 1)], false), ["All 1 unit picked. Scan the tracking number.", "Scan the tracking number"]);
});

test("a unit too many is told with its product", () => {
  assert.equal(isTooMany(line("TEA-01", 2, 2)), "One TEA-01 too many: 2 of 2 picked already. Take it out again.");
  assert.equal(isTooMany(line("TEA-01", 1, 2), 12), "12 × TEA-01 are too many: 1 of 2 picked already.");
});
