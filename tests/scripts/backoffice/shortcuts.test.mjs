import assert from "node:assert/strict";
import { test } from "node:test";

import { BOUND, PLACES, bind, described, isOnControl, isTyping, isUnfolds, placeAfter } from "#static/backoffice/shortcuts.js";

const G = { key: "g", at: 5000 };

test("a letter soon after g leads to a place", () => {
  assert.equal(placeAfter(G, { key: "o", at: 5999 }), "/orders/order/");
  assert.equal(placeAfter(G, { key: "c", at: 5001 }), "/catalog/product/count/");
  assert.equal(placeAfter(G, { key: "d", at: 5001 }), "");
});

test("it leads nowhere a second later, after another key, or without a place of its own", () => {
  assert.equal(placeAfter(G, { key: "o", at: 6000 }), null);
  assert.equal(placeAfter({ key: "x", at: 5000 }, { key: "o", at: 5001 }), null);
  assert.equal(placeAfter(G, { key: "g", at: 5001 }), null);
  assert.equal(placeAfter(G, { key: "toString", at: 5001 }), null);
});

test("keys are text where somebody types, and commands on what is pressed", () => {
  const typing = [{ tagName: "INPUT", type: "text" }, { tagName: "TEXTAREA" }, { tagName: "SELECT", type: "select-one" }, { tagName: "DIV", isContentEditable: true }];
  const not = [{ tagName: "INPUT", type: "checkbox" }, { tagName: "INPUT", type: "submit" }, { tagName: "BUTTON", type: "submit" }, { tagName: "BODY" }, {}];

  assert.deepEqual(typing.map(isTyping), [true, true, true, true]);
  assert.deepEqual(not.map(isTyping), [false, false, false, false, false]);
});

test("only what Unfold hears is kept from it", () => {
  assert.deepEqual(["c", "f", "/", "["].map(isUnfolds), [true, true, true, true]);
  assert.deepEqual(["?", "j", "Escape", "C"].map(isUnfolds), [false, false, false, false]);
});

test("Enter presses links, buttons and checkboxes whatever else it does", () => {
  const controls = [{ tagName: "A" }, { tagName: "BUTTON" }, { tagName: "SUMMARY" }, { tagName: "INPUT", type: "checkbox" }];

  assert.deepEqual([...controls, { tagName: "TR" }, { tagName: "BODY" }].map(isOnControl), [true, true, true, true, false, false]);
});

test("every place is described with its two keys", () => {
  const afterG = described().filter(([, first]) => first === "g").map(([, , second]) => second);

  assert.deepEqual(afterG.sort(), Object.keys(PLACES).sort());
});

test("whoever hears keys is told what a page binds", () => {
  globalThis.document = new EventTarget();
  const told = [];
  document.addEventListener(BOUND, ({ detail }) => told.push(...Object.keys(detail)));

  bind({ j: () => 1, k: () => 2 });

  assert.deepEqual(told, ["j", "k"]);
});
