/** `vghif pretrain`: runs the pre-training with checkpoints, and writes the model with the record of how it was made. */
import { existsSync, mkdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { startEngine } from "../engine/index.js";
import { writeFileWhole } from "../files.js";
import type { ClipConfig } from "../models/clip-config.js";
import { tf } from "../nn/array.js";
import { loadTokenizer } from "../text/load-tokenizer.js";
import { sha256 } from "../weights/load.js";
import { writeSafetensors } from "../weights/safetensors.js";
import { loadCheckpoint, saveCheckpoint } from "./checkpoint.js";
import { train } from "./loop.js";
import { pretrainProblem } from "./pretrain.js";
import type { PretrainOptions } from "./pretrain-options.js";
import { initClip } from "./pretrain-start.js";
import { startState, type TrainState } from "./state.js";

export interface PretrainProgress {
  readonly step: number;
  readonly steps: number;
  /** Mean loss since the last checkpoint. */
  readonly loss: number;
}

export interface PretrainRunOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: PretrainProgress) => void;
}

/** Steps between checkpoints, and between the points of the recorded loss curve. */
const CHECKPOINT_STEPS = 100;

/**
 * Pre-trains into `folder`: `model.safetensors` (halves) and `record.json`. An interrupted run with the same options goes on
 * from its last checkpoint. Returns the model's file.
 */
export async function pretrain(
  folder: string,
  config: ClipConfig,
  options: PretrainOptions,
  { signal, onProgress }: PretrainRunOptions = {},
): Promise<string> {
  const engine = await startEngine();
  mkdirSync(folder, { recursive: true });
  const checkpoint = path.join(folder, "checkpoint.safetensors");
  const run = JSON.stringify({ config, options });
  const fresh = initClip(config, options.seed);
  const problem = pretrainProblem(config, fresh, await loadTokenizer(), options);
  const start = existsSync(checkpoint) ? (await loadCheckpoint(checkpoint, run)).state : await startState(fresh);
  tf.dispose(fresh);
  const started = performance.now();
  const curve: { step: number; loss: number }[] = [];
  let losses: number[] = [];
  const steps = train(problem, start, signal ? { signal } : {});
  let final: TrainState;
  for (;;) {
    const next = await steps.next();
    if (next.done) {
      final = next.value;
      break;
    }
    const { step, steps: total, loss, snapshot } = next.value;
    losses.push(loss);
    const mean = losses.reduce((a, b) => a + b, 0) / losses.length;
    onProgress?.({ step, steps: total, loss: mean });
    if (step % CHECKPOINT_STEPS === 0) {
      curve.push({ step, loss: Number(mean.toFixed(4)) });
      losses = [];
      await saveCheckpoint(checkpoint, await snapshot(), run);
    }
  }
  const file = path.join(folder, "model.safetensors");
  const metadata = { made_by: "vghif pretrain", seed: String(options.seed), steps: String(options.steps) };
  await writeSafetensors(file, new Map(Object.entries(final.params)), { half: true, metadata });
  const record = {
    config,
    options,
    pairs: options.steps * options.batch,
    parameters: Object.values(final.params).reduce((sum, { data }) => sum + data.length, 0),
    resumedFrom: start.step,
    curve,
    backend: engine.backend,
    device: engine.device,
    seconds: Math.round((performance.now() - started) / 1000),
    sha256: await sha256(file),
    finished: new Date().toISOString(),
  };
  writeFileWhole(path.join(folder, "record.json"), `${JSON.stringify(record, null, 2)}\n`);
  await rm(checkpoint, { force: true });
  return file;
}
