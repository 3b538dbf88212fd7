import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { before, describe, it } from "node:test";
import { startEngine } from "vghif/dist/engine/index.js";
import { compareTensor } from "vghif/dist/parity/compare.js";
import { parity } from "vghif/dist/parity/parity.js";
import { readSafetensors, writeSafetensors } from "vghif/dist/weights/safetensors.js";
import { absent, sharedDir } from "../shared.js";

/** Cases and how many tensors each must compare, so that a case that silently compares nothing fails. */
const CASES = {
  "clip-a": 93,
  "clip-b": 20,
  "xclip-a": 31,
  "xclip-b": 34,
  "vificlip-a": 14,
  "vificlip-b": 15,
  "vificlip-prompt-a": 16,
  "adamw-xclip-a": 157,
  "adamw-vifi-a": 187,
  preprocess: 24,
} as const;

describe("parity with the official code", () => {
  before(() => startEngine());

  for (const [name, count] of Object.entries(CASES)) {
    it(`${name}: every tensor`, async (t) => {
      const dir = sharedDir(`goldens/${name}`);
      if (!dir) return t.skip(absent(`goldens/${name}`));
      const comparisons = await parity(dir);
      assert.deepEqual(
        comparisons.filter(({ ok }) => !ok),
        [],
      );
      assert.equal(comparisons.length, count);
    });
  }

  it("names the first tensor that a wrong weight spoils, and those that are not computed", async (t) => {
    const dir = sharedDir("goldens/clip-b");
    if (!dir) return t.skip(absent("goldens/clip-b"));
    const copy = mkdtempSync(path.join(tmpdir(), "vghif parity "));
    try {
      cpSync(dir, copy, { recursive: true });
      await change(path.join(copy, "weights.safetensors"), "visual.transformer.resblocks.2.ln_1.bias", 0.01);
      await change(path.join(copy, "outputs.safetensors"), "video_logits", 0, "unheard_of");
      const wrong = (await parity(copy)).filter(({ ok }) => !ok).map(({ tensor }) => tensor);
      assert.equal(wrong[0], "visual.resblocks.2");
      assert.ok(wrong.includes("unheard_of"));
      assert.ok(!wrong.includes("visual.resblocks.1"));
    } finally {
      rmSync(copy, { recursive: true });
    }
  });

  it("refuses a folder that is no case in one line", async () => {
    const empty = mkdtempSync(path.join(tmpdir(), "vghif-parity-"));
    await assert.rejects(parity(empty), /is not a reference case: cannot read its config\.json/);
    rmSync(empty, { recursive: true });
  });
});

/** Adds `by` to the first element of a tensor, or stores the tensor under another name. */
async function change(file: string, name: string, by: number, as: string = name): Promise<void> {
  const tensors = new Map([...(await readSafetensors(file))].map(([key, tensor]) => [key === name ? as : key, tensor]));
  const { data } = tensors.get(as)!;
  data[0] = data[0]! + by;
  await writeSafetensors(file, tensors);
}

describe("comparison of one tensor", () => {
  const tensor = (...values: number[]) =>
    ({ dtype: "F32", shape: [values.length], data: Float32Array.from(values) }) as const;

  it("is judged by the largest absolute difference, or relative to the largest magnitude", () => {
    const expected = tensor(0, -8, 4);
    const actual = tensor(0.25, -8, 4);
    assert.deepEqual(compareTensor("x", actual, expected, { abs: 0.3 }), {
      tensor: "x",
      maxAbs: 0.25,
      maxRel: 0.03125,
      ok: true,
    });
    assert.equal(compareTensor("x", actual, expected, { abs: 0.1 }).ok, false);
    assert.equal(compareTensor("x", actual, expected, { abs: 0.1, rel: 0.04 }).ok, true);
  });

  it("is never ok for NaN, another shape, or nothing", () => {
    const expected = tensor(1, 2);
    assert.equal(compareTensor("x", tensor(Number.NaN, 2), expected, { abs: 1e9 }).ok, false);
    assert.equal(compareTensor("x", tensor(1, 2, 3), expected, { abs: 1e9 }).ok, false);
    assert.equal(compareTensor("x", undefined, expected, { abs: 1e9 }).note, "not computed");
  });
});
