import assert from "node:assert/strict";
import { test } from "node:test";

import { OUT_OF_SIGHT_FOR, Readings } from "#static/backoffice/readings.js";

const EAN = "4006381333931";

test("a code is taken when a second picture shows it too", () => {
  const readings = new Readings();
  assert.deepEqual(readings.see([EAN], 0), []);
  assert.deepEqual(readings.see([EAN], 100), [EAN]);
});

test("a code that one picture alone showed was misread", () => {
  const readings = new Readings();
  readings.see([EAN], 0);
  assert.deepEqual(readings.see(["4006381333932"], 100), []);
  assert.deepEqual(readings.see([EAN], 200), []);
});

test("a code that is held still is taken once", () => {
  const readings = new Readings();
  const taken = Array.from({ length: 100 }, (_, at) => readings.see([EAN], at * 100)).flat();
  assert.deepEqual(taken, [EAN]);
});

test("a code is taken again after it was out of sight for a while", () => {
  const readings = new Readings();
  readings.see([EAN], 0);
  readings.see([EAN], 100);
  readings.see([], 200);
  readings.see([EAN], 300);
  assert.deepEqual(readings.see([EAN], 400), []);

  const later = 400 + OUT_OF_SIGHT_FOR + 1;
  readings.see([], later - 100);
  assert.deepEqual(readings.see([EAN], later), []);
  assert.deepEqual(readings.see([EAN], later + 100), [EAN]);
});

test("two codes in one picture are two, and empty ones are none", () => {
  const readings = new Readings();
  readings.see([EAN, " TEA-01 ", ""], 0);
  assert.deepEqual(readings.see(["TEA-01", EAN], 100), ["TEA-01", EAN]);
});
