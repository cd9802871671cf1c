import assert from "node:assert/strict";
import { test } from "node:test";

import { isUntouched } from "#static/orders/quote.js";

test("an address is filled in as long as nobody has typed into it", () => {
  const parts = [{ name: "name", value: "Anna" }, { name: "city", value: "" }];

  assert.equal(isUntouched([{ name: "name", value: "" }], {}), true);
  assert.equal(isUntouched(parts, { name: "Anna" }), true);
  assert.equal(isUntouched(parts, { name: "Bert" }), false);
  assert.equal(isUntouched(parts, {}), false);
});
