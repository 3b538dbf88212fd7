/** Whole runs from pixels that draw, vary and mix their training clips, as the official recipes do: real videos, a few steps. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { OFFICIAL_AUGMENTATION } from "vghif/dist/data/augment/spec.js";
import { startEngine } from "vghif/dist/engine/index.js";
import { type ExperimentResult, type RunContext, runExperiment } from "vghif/dist/experiments/run-experiment.js";
import type { RunSpec } from "vghif/dist/experiments/spec.js";
import { tf } from "vghif/dist/nn/array.js";
import { makeTiny, tinySpec } from "../tiny-runs.js";

describe("runs on clips that are drawn, varied and mixed", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "vghif augmented "));
  let spec: RunSpec;
  let whole: ExperimentResult;
  after(() => rmSync(folder, { recursive: true, force: true }));
  before(async () => {
    const { weights } = await makeTiny(folder);
    const tiny = tinySpec(weights, 1, 2);
    const varied = {
      sampling: "segments",
      augment: OFFICIAL_AUGMENTATION,
      mixing: { mixup: 0.8, cutmix: 1, cutmixChance: 0.5, group: 2 },
    } as const;
    const train = { ...tiny.train!, trainable: "all", batch: 3, ...varied } as const;
    spec = { ...tiny, model: "vificlip", frames: 2, train };
    whole = await runExperiment(spec);
  });

  const run = (train: Partial<RunSpec["train"]>, context: RunContext = {}): Promise<ExperimentResult> =>
    runExperiment({ ...spec, train: { ...spec.train!, ...train } }, context);
  const numbersOf = ({ epochs, predictions }: ExperimentResult): unknown => ({ epochs, predictions });

  it("end to end, the same numbers twice, other ones than without; no tensor is left behind", async () => {
    const tensors = tf.memory().numTensors;
    assert.deepEqual(numbersOf(await run({})), numbersOf(whole));
    assert.equal(tf.memory().numTensors, tensors);
    assert.ok(whole.epochs.every(({ loss }) => Number.isFinite(loss)));
    const { sampling: _, augment: __, mixing: ___, ...plain } = spec.train!;
    const without = await runExperiment({ ...spec, train: plain });
    assert.notEqual(without.epochs[0]!.loss, whole.epochs[0]!.loss);
  });

  it("stopped and resumed, a run draws what it would have drawn", async () => {
    const controller = new AbortController();
    const onProgress: RunContext["onProgress"] = ({ phase, done }) => {
      if (phase === "train" && done === 3) controller.abort();
    };
    const stopped = run({}, { signal: controller.signal, checkpointSeconds: 0, onProgress });
    await assert.rejects(stopped, { name: "AbortError" });
    const seen: number[] = [];
    const resumed = await run({}, { onProgress: ({ phase, done }) => phase === "train" && seen.push(done) });
    assert.deepEqual(seen, [4]);
    assert.deepEqual(numbersOf(resumed), numbersOf(whole));
  });

  it("in parts with blocks computed again, and op by op: the same losses up to rounding", async () => {
    const near = ({ epochs }: ExperimentResult): void => {
      for (const [at, { loss }] of epochs.entries()) {
        assert.ok(Math.abs(loss - whole.epochs[at]!.loss) < 1e-4, JSON.stringify([epochs, whole.epochs]));
      }
    };
    near(await run({ microBatch: 1, remat: true }));
    await startEngine("wasm");
    near(await run({}));
    await startEngine("onnx");
  });

  it("with a frozen visual tower they are refused in one line", async () => {
    for (const trainable of ["head", "none"] as const) {
      await assert.rejects(run({ trainable }), {
        name: "UserError",
        message: new RegExp(
          `^run on "tiny": "sampling", "augment", "mixing" vary the training clips every epoch, but the visual tower is frozen \\("trainable": "${trainable}"\\) and sees each video once; leave them out, or train the visual tower$`,
        ),
      });
    }
    const { augment: _, sampling: __, ...mixed } = spec.train!;
    await assert.rejects(runExperiment({ ...spec, train: { ...mixed, trainable: "head" } }), /"mixing" vary/);
  });
});
