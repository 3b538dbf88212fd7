import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { table4 } from "vghif/dist/experiments/declared/table-4.js";
import { canonicalJson, runId } from "vghif/dist/experiments/id.js";
import { tableSpecs } from "vghif/dist/experiments/table.js";

test("canonical JSON sorts keys at every depth and keeps the order of arrays", () => {
  assert.equal(
    canonicalJson({ b: [{ d: 1, c: "é" }, null], a: { z: true, y: 1e-7 } }),
    '{"a":{"y":1e-7,"z":true},"b":[{"c":"é","d":1},null]}',
  );
  assert.equal(canonicalJson([3, 1, 2]), "[3,1,2]");
  assert.equal(canonicalJson(-0), "0");
});

test("canonical JSON is JSON: parsing gives the value back, whatever the order of its keys", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      const text = canonicalJson(value);
      assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(value)));
      assert.equal(canonicalJson(reversed(value)), text);
    }),
  );
});

test("what JSON would drop or change is an error that names the place", () => {
  assert.throws(() => canonicalJson({ train: { lr: Number.NaN } }), /spec\.train\.lr is NaN/);
  assert.throws(() => canonicalJson({ levels: [1, undefined] }), /spec\.levels\[1\] is undefined/);
  assert.throws(() => canonicalJson({ seed: Number.POSITIVE_INFINITY }), /spec\.seed is Infinity/);
  assert.throws(() => canonicalJson({ at: new Date(0) }), /spec\.at is object/);
});

test("a run's id ignores key order, changes with every value, and is pinned", () => {
  const specs = tableSpecs(table4, "smoke");
  const spec = specs[0]!;
  assert.equal(runId(spec), runId(reversed(spec) as typeof spec));
  assert.notEqual(runId(spec), runId({ ...spec, seed: spec.seed + 1 }));
  const { train } = spec;
  assert.notEqual(runId(spec), runId({ ...spec, train: { ...train!, lr: train!.lr * 2 } }));
  assert.equal(new Set(specs.map(runId)).size, specs.length);
  const zeroShot = { ...spec, task: "zero-shot", shots: null, train: null, weights: "w", template: "{}" } as const;
  assert.equal(
    canonicalJson(zeroShot),
    '{"dataset":"hmdb-like","evaluate":"test","frames":8,"model":"clip","scale":"smoke","seed":0,"shots":null,"task":"zero-shot","template":"{}","train":null,"vghif":null,"weights":"w"}',
  );
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reversed(item)]),
  );
}
