import assert from "node:assert/strict";
import { test } from "node:test";
import type { VideoFeature } from "vghif/dist/features/cache.js";
import { FeatureMemory } from "vghif/dist/features/memory.js";

/** Of `size` values of 4 bytes, in two tensors. */
function feature(size: number): VideoFeature {
  const tensor = (length: number) => ({ dtype: "F32", shape: [length], data: new Float32Array(length) }) as const;
  return new Map([
    ["cls", tensor(2)],
    ["level.1.cls", tensor(size - 2)],
  ]);
}

test("keeps what fits, those used last", () => {
  const memory = new FeatureMemory(4 * 23);
  const [a, b, c] = [feature(7), feature(11), feature(5)];
  memory.set("a", a);
  memory.set("b", b);
  memory.set("c", c);
  assert.equal(memory.get("a"), a, "7 + 11 + 5 values fit");
  memory.set("d", feature(3));
  assert.equal(memory.get("b"), undefined, "the one not used longest went");
  assert.equal(memory.get("c"), c);
  assert.equal(memory.get("a"), a);
  memory.set("a", feature(12));
  assert.equal(memory.get("c"), c, "a feature in the place of another counts once");
});

test("what is larger than all of the memory is not kept", () => {
  const memory = new FeatureMemory(4 * 13);
  memory.set("small", feature(3));
  memory.set("large", feature(17));
  assert.equal(memory.get("large"), undefined);
  assert.equal(memory.get("small"), undefined, "it went first");
  memory.set("again", feature(13));
  assert.ok(memory.get("again"));
});
