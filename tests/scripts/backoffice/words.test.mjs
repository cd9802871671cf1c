import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { gettext, grouped, ngettext, ungrouped, whole } from "#static/backoffice/words.js";

afterEach(() => {
  delete globalThis.gettext;
  delete globalThis.ngettext;
  delete globalThis.document;
});

test("without a catalogue a sentence stays as it was written", () => {
  assert.equal(gettext("Copied"), "Copied");
  assert.equal(gettext("%(code)s is unknown: %(code)s.", { code: "TEA-01" }), "TEA-01 is unknown: TEA-01.");
});

test("a fact is put in as it is, whatever it holds", () => {
  assert.equal(gettext("%(name)s is here.", { name: "%(other)s $& 5 %" }), "%(other)s $& 5 % is here.");
});

test("one is one, and none or several are many", () => {
  const units = (count) => ngettext("%(count)s unit", "%(count)s units", count);

  assert.deepEqual([0, 1, 2, 11].map(units), ["0 units", "1 unit", "2 units", "11 units"]);
});

test("the catalogue's sentence is filled, by its own rule of plurals", () => {
  globalThis.gettext = (sentence) => ({ "%(code)s is unknown": "%(code)s kennt niemand" })[sentence];
  globalThis.ngettext = (one, many, count) => (count < 5 ? "%(count)s wenige" : "%(count)s viele");

  assert.equal(gettext("%(code)s is unknown", { code: "A" }), "A kennt niemand");
  assert.equal(ngettext("%(count)s unit", "%(count)s units", 3), "3 wenige");
});

test("numbers are grouped as the language of the page has it, and read back", () => {
  assert.equal(grouped("1234567"), "1,234,567");
  globalThis.document = { documentElement: { lang: "de" } };
  assert.equal(grouped(1234567), "1.234.567");
  assert.deepEqual(["0", "12", "1,234,567", "1.234.567", "1 234"].map(ungrouped), [0, 12, 1234567, 1234567, 1234]);
});

test("a whole number is read as its language groups it, and never a thousandth of it", () => {
  const read = (lang, typed) => {
    globalThis.document = { documentElement: { lang } };
    return whole(typed);
  };

  assert.deepEqual(["7", "1,234", "1234", "−3", "+3"].map((typed) => read("en-gb", typed)), [7, 1234, 1234, -3, 3]);
  assert.deepEqual(["7", "1.234", "1234", "-1.234.567"].map((typed) => read("de", typed)), [7, 1234, 1234, -1234567]);
  for (const [lang, typed] of [["en-gb", ""], ["de", "1,5"], ["de", "drei"], ["en-gb", "1,23"]]) {
    assert.equal(Number.isNaN(read(lang, typed)), true, typed);
  }
});
