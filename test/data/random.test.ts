import assert from "node:assert/strict";
import { test } from "node:test";
import { random, seedOf } from "vghif/dist/data/random.js";

test("a key names one stream", () => {
  const a = random("shots");
  const b = random("shots");
  const first = Array.from({ length: 5 }, () => a.next());
  assert.deepEqual(
    first,
    Array.from({ length: 5 }, () => b.next()),
  );
  assert.notDeepEqual(
    first,
    Array.from({ length: 5 }, () => random("shot").next()),
  );
  assert.equal(random(7).next(), random("7").next());
});

test("a fork depends on its names alone", () => {
  const drawn = random(3);
  drawn.next();
  assert.equal(drawn.fork("x").next(), random(3).fork("x").next());
  assert.notEqual(random(3).fork("x").next(), random(3).fork("y").next());
  assert.equal(random(3).fork("x").fork(1).next(), random("3/x/1").next());
});

test("streams of neighbouring keys are uniform and unrelated", () => {
  const keys = 4001;
  const firsts = Array.from({ length: keys }, (_, key) => random(key).next());
  const mean = firsts.reduce((sum, value) => sum + value, 0) / keys;
  assert.ok(Math.abs(mean - 0.5) < 4 * Math.sqrt(1 / 12 / keys), `mean ${mean}`);
  let product = 0;
  for (let i = 1; i < keys; i++) product += (firsts[i]! - 0.5) * (firsts[i - 1]! - 0.5);
  assert.ok(Math.abs(product / keys) < 4 / 12 / Math.sqrt(keys), `covariance ${product / keys}`);
  assert.equal(new Set(Array.from({ length: keys }, (_, key) => seedOf(key))).size, keys);
});

test("integers, normals and shuffles have the right distribution", () => {
  const rng = random("distribution");
  const counts = new Array<number>(7).fill(0);
  for (let i = 0; i < 7000; i++) counts[rng.integer(7)]! += 1;
  for (const count of counts) assert.ok(Math.abs(count - 1000) < 130, `${counts}`);

  const normals = Array.from({ length: 5003 }, () => rng.normal());
  const mean = normals.reduce((sum, value) => sum + value, 0) / normals.length;
  const variance = normals.reduce((sum, value) => sum + (value - mean) ** 2, 0) / normals.length;
  assert.ok(Math.abs(mean) < 0.06 && Math.abs(variance - 1) < 0.1, `mean ${mean}, variance ${variance}`);

  const orders = new Map<string, number>();
  for (let i = 0; i < 6000; i++) {
    const order = rng.shuffle(["a", "b", "c"]).join("");
    orders.set(order, (orders.get(order) ?? 0) + 1);
  }
  assert.equal(orders.size, 6);
  for (const count of orders.values()) assert.ok(Math.abs(count - 1000) < 130, `${[...orders]}`);
});
