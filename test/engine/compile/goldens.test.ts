/** Every official case compiled: tokens of each level, embeddings, logits, losses, gradients, optimiser steps. */
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { before, test } from "node:test";
import { startEngine } from "vghif/dist/engine/index.js";
import { openCase } from "vghif/dist/parity/case.js";
import { parity } from "vghif/dist/parity/parity.js";
import { absent, sharedDir } from "../../shared.js";

const goldens = sharedDir("goldens");
const cases = goldens ? readdirSync(goldens).filter((name) => existsSync(path.join(goldens, name, "config.json"))) : [];

before(() => startEngine("cpu"));

test("the official cases are there", (t) => {
  if (!goldens) return t.skip(absent("goldens"));
  assert.ok(cases.includes("clip-a"), `${cases}`);
});

for (const name of cases) {
  test(`${name} compiled`, async (t) => {
    const dir = path.join(goldens!, name);
    if ((await openCase(dir)).kind === "preprocess") return t.skip("preprocessing is not compiled");
    const comparisons = await parity(dir, "compiled");
    assert.deepEqual(
      comparisons.filter(({ ok }) => !ok),
      [],
    );
    const largest = Math.max(...comparisons.map(({ maxAbs }) => maxAbs ?? 0));
    t.diagnostic(`${comparisons.length} tensors, largest difference ${largest.toExponential(1)}`);
  });
}
