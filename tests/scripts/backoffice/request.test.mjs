import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import {
  FAILED, SIGNED_OUT, UNREACHABLE, RequestFailed, askedByItself, complaint, csrfToken, fetchJson, newKey, noAnswer,
} from "#static/backoffice/request.js";

const realFetch = globalThis.fetch;
afterEach(() => { globalThis.fetch = realFetch; });

function answerWith(response) {
  const asked = [];
  globalThis.fetch = async (url, options) => {
    asked.push([url, options]);
    if (response instanceof Error) throw response;
    return response;
  };
  return asked;
}

const causeOfAsking = () => fetchJson("/x").then(() => "answered", ({ cause }) => cause);

test("an answer is the JSON that came, asked for as the caller wants", async () => {
  const asked = answerWith(Response.json({ hits: "<li>" }));

  assert.deepEqual(await fetchJson("/find?q=tea", { method: "POST", body: "a=1" }), { hits: "<li>" });
  assert.deepEqual(asked, [["/find?q=tea", { redirect: "manual", method: "POST", body: "a=1" }]]);
});

test("what a page asks by itself says so", async () => {
  const asked = answerWith(Response.json({ rows: 3 }));

  assert.deepEqual(await askedByItself("/rows"), { rows: 3 });
  assert.deepEqual(asked, [["/rows", { redirect: "manual", headers: { "X-Unattended": "1" } }]]);
});

test("a redirect to signing in and a refused form are told apart from a shop that is away", async () => {
  answerWith({ type: "opaqueredirect", ok: false, status: 0 });
  assert.equal(await causeOfAsking(), SIGNED_OUT);
  answerWith(new Response("", { status: 403 }));
  assert.equal(await causeOfAsking(), SIGNED_OUT);
});

test("a fault is one, every other refusal may be over in a moment", async () => {
  answerWith(new Response("", { status: 500 }));
  assert.equal(await causeOfAsking(), FAILED);
  for (const status of [400, 404, 429, 502, 503]) {
    answerWith(new Response("", { status }));
    assert.equal(await causeOfAsking(), UNREACHABLE, String(status));
  }
});

test("no answer, and one that is no JSON, are a shop that cannot be reached", async () => {
  answerWith(new TypeError("fetch failed"));
  assert.equal(await causeOfAsking(), UNREACHABLE);
  answerWith(new Response("<html>"));
  assert.equal(await causeOfAsking(), UNREACHABLE);
  await assert.rejects(fetchJson("/x"), RequestFailed);
});

test("keys are 32 hexadecimal digits, and never the same", () => {
  const keys = new Set(Array.from({ length: 100 }, newKey));

  assert.equal(keys.size, 100);
  for (const key of keys) assert.match(key, /^[0-9a-f]{32}$/);
});

test("the token is found among the cookies, also under its name on https", () => {
  assert.equal(csrfToken("theme=dark; csrftoken=abc; x=1"), "abc");
  assert.equal(csrfToken("__Host-csrftoken=abc"), "abc");
  assert.equal(csrfToken("notcsrftoken=abc; csrftoken_old=b"), "");
});

test("what was only asked for is tried again, what was sent is safe to send again", () => {
  assert.equal(noAnswer("get"), "The shop cannot be reached. Try again in a moment.");
  assert.equal(noAnswer("post"), "The shop cannot be reached. Send it again in a moment: nothing is done twice.");
});

test("a refusal in words says itself what to do", () => {
  const answer = { status: 409, contentType: "text/plain; charset=utf-8", text: "Reload the page.", requestId: "r1" };

  assert.equal(complaint(answer, "post"), "Reload the page.");
});

test("a fault, or a page in the place of words, is told with its number and request", () => {
  const fault = { status: 500, contentType: "text/plain", text: "Traceback", requestId: "r1" };
  const page = { status: 404, contentType: "text/html", text: "<html>", requestId: null };

  assert.equal(complaint(fault, "post"), "The shop could not do this (500). Send it again in a moment: nothing is done twice. (Request r1)");
  assert.equal(complaint(page, "get"), "The shop could not do this (404). Try again in a moment.");
});
