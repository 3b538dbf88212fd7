import assert from "node:assert/strict";
import { test } from "node:test";
import { Memory } from "vghif/dist/features/memory.js";

const memoryOf = (limit: number): Memory<Float32Array> => new Memory(limit, ({ byteLength }) => byteLength);

test("keeps what fits, those used last", () => {
  const memory = memoryOf(4 * 23);
  const [a, b, c] = [new Float32Array(7), new Float32Array(11), new Float32Array(5)];
  memory.set("a", a);
  memory.set("b", b);
  memory.set("c", c);
  assert.equal(memory.get("a"), a, "7 + 11 + 5 values fit");
  memory.set("d", new Float32Array(3));
  assert.equal(memory.get("b"), undefined, "the one not used longest went");
  assert.equal(memory.get("c"), c);
  assert.equal(memory.get("a"), a);
  memory.set("a", new Float32Array(12));
  assert.equal(memory.get("c"), c, "a value in the place of another counts once");
});

test("what is larger than all of the memory is not kept", () => {
  const memory = memoryOf(4 * 13);
  memory.set("small", new Float32Array(3));
  memory.set("large", new Float32Array(17));
  assert.equal(memory.get("large"), undefined);
  assert.equal(memory.get("small"), undefined, "it went first");
  memory.set("again", new Float32Array(13));
  assert.ok(memory.get("again"));
});
