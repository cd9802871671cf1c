import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";

import { CountQueue } from "#static/catalog/count_queue.js";

/* A shop that answers when it is let; what happened is noted in its order. */
function shop(options = {}) {
  const noted = [];
  const asked = [];
  const queue = new CountQueue({
    send: (count) => new Promise((answer, fail) => {
      noted.push(`send ${count}`);
      asked.push({ answer, fail });
    }),
    onAnswer: (count, answer) => noted.push(`answer ${count} ${answer}`),
    onFailure: (error) => noted.push(`failure ${error.message}, waiting ${queue.waiting}`),
    onEmpty: () => noted.push("empty"),
    tryAgainAfter: 5,
    ...options,
  });
  return { queue, noted, next: () => asked.shift() };
}

test("counts are sent one after the other, in the order of typing", async () => {
  const { queue, noted, next } = shop();

  const all = queue.add("a");
  queue.add("b");
  assert.deepEqual(noted, ["send a"]);
  next().answer("yes");
  await wait();
  assert.deepEqual(noted, ["send a", "answer a yes", "send b"]);
  next().answer("no");
  await all;

  assert.deepEqual(noted, ["send a", "answer a yes", "send b", "answer b no", "empty"]);
  assert.deepEqual(queue.waiting, []);
});

test("what cannot be sent waits with all behind it, and is tried again by itself", async () => {
  const { queue, noted, next } = shop();

  queue.add("a");
  queue.add("b");
  next().fail(new Error("away"));
  await wait(30);
  assert.deepEqual(noted, ["send a", "failure away, waiting a,b", "send a"]);
  next().answer("yes");
  await wait();
  next().answer("yes");
  await wait();

  assert.deepEqual(noted.slice(3), ["answer a yes", "send b", "answer b yes", "empty"]);
});

test("asking again while one is under way sends nothing twice", async () => {
  const { queue, noted, next } = shop();

  const all = queue.add("a");
  await queue.sendAll();
  await queue.sendAll();
  assert.deepEqual(noted, ["send a"]);
  next().answer("yes");
  await all;

  assert.deepEqual(noted, ["send a", "answer a yes", "empty"]);
});
