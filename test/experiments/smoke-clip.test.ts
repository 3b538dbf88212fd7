import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { generatedDataset } from "vghif/dist/data/generated/datasets.js";
import { generateDataset } from "vghif/dist/data/generated/generate.js";
import { runExperiment } from "vghif/dist/experiments/run-experiment.js";
import { sha256 } from "vghif/dist/weights/load.js";
import { SMOKE_CLIP, weightsFile } from "vghif/dist/weights/registry.js";

const folder = mkdtempSync(path.join(tmpdir(), "vghif smoke-clip "));
after(() => rmSync(folder, { recursive: true }));

const record = JSON.parse(readFileSync(path.join(path.dirname(weightsFile(SMOKE_CLIP)), "record.json"), "utf8")) as {
  readonly sha256: string;
};

describe("smoke-clip", () => {
  before(() => {
    process.env.VGHIF_DATA = path.join(folder, "data");
    process.env.VGHIF_CACHE = path.join(folder, "cache");
  });

  it("is the file of its record, and small", async () => {
    assert.equal(await sha256(weightsFile(SMOKE_CLIP)), record.sha256);
    assert.ok(statSync(weightsFile(SMOKE_CLIP)).size < 12e6);
  });

  for (const name of ["hmdb-like", "ucf-like"]) {
    it(`recognises ${name} without training, far above chance`, async () => {
      const declared = { ...generatedDataset(name), videos: { train: 1, val: 1, test: 5 } };
      await generateDataset(declared, path.join(folder, "data", name), { seed: 5 });
      const { final } = await runExperiment({
        scale: "smoke",
        task: "zero-shot",
        dataset: name,
        shots: null,
        seed: 0,
        model: "clip",
        weights: SMOKE_CLIP,
        frames: 8,
        template: "{}",
        vghif: null,
        train: null,
        evaluate: "test",
      });
      assert.equal(final.n, 60);
      assert.ok(final.top1 > (4 * 100) / 12, `top-1 ${final.top1} %`);
    });
  }
});
