import assert from "node:assert/strict";
import { test } from "node:test";

import { meant } from "#static/orders/product_search.js";

const hit = (name, isExact = false) => ({ name, dataset: isExact ? { exact: "" } : {} });

test("Enter after a whole code means the exact hit, wherever it stands", () => {
  assert.equal(meant([hit("TEA-010"), hit("TEA-01", true), hit("TEA-012")]).name, "TEA-01");
});

test("without an exact hit it means the only one, and none of several", () => {
  assert.equal(meant([hit("Green tea")]).name, "Green tea");
  assert.equal(meant([hit("Green tea"), hit("Black tea")]), null);
  assert.equal(meant([]), null);
});
