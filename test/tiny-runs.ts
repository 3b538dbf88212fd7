/** Runs of about a second: three classes of real generated videos, and a CLIP on random weights. */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { generatedDataset } from "vghif/dist/data/generated/datasets.js";
import { generateDataset } from "vghif/dist/data/generated/generate.js";
import type { RunSpec } from "vghif/dist/experiments/spec.js";
import { VGHIF_DEFAULTS } from "vghif/dist/models/vghif-config.js";
import { writeTinyWeights } from "./tiny-weights.js";

/** Makes dataset "tiny" and weights below `folder`, and lets VGHIF_DATA and VGHIF_CACHE point there. */
export async function makeTiny(folder: string): Promise<{ readonly weights: string }> {
  const data = path.join(folder, "data");
  Object.assign(process.env, { VGHIF_DATA: data, VGHIF_CACHE: path.join(folder, "cache") });
  const declared = generatedDataset("hmdb-like");
  const tiny = {
    ...declared,
    name: "tiny",
    classes: declared.classes.slice(0, 3),
    videos: { train: 4, val: 1, test: 3 },
  };
  mkdirSync(data, { recursive: true });
  await generateDataset(tiny, path.join(data, "tiny"), { jobs: 1 });
  const weights = path.join(folder, "model.safetensors");
  await writeTinyWeights(weights);
  return { weights };
}

/** A few-shot run on it: two steps an epoch; of a baseline where the seed is below 6. */
export function tinySpec(weights: string, seed: number, epochs: number): RunSpec {
  return {
    scale: "smoke",
    task: "few-shot",
    dataset: "tiny",
    shots: 2,
    seed,
    model: "clip",
    weights,
    frames: 3,
    template: "a photo of {}.",
    vghif: seed < 6 ? null : { ...VGHIF_DEFAULTS, heads: 2, ratio: 1 },
    train: {
      epochs,
      warmupEpochs: 1,
      batch: 4,
      lr: 0.001,
      fusionLrScale: 1,
      weightDecay: 0.001,
      labelSmoothing: 0.1,
      trainable: "head",
    },
    evaluate: "test",
  };
}
