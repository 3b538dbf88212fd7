/** The features of a dataset's videos as a job of its own, before any run asks for them: all of it, or one part of several. */
import { SPLITS } from "../../data/manifest.js";
import { findDataset } from "../../data/manifest-find.js";
import { videoRoot } from "../../data/prepare/locate.js";
import type { Dataset, Sample, SplitName } from "../../data/types.js";
import { startEngine } from "../../engine/index.js";
import { UserError } from "../../errors.js";
import type { KeptTokens } from "../../features/encode.js";
import { extractFeatures } from "../../features/extract.js";
import { disposeParams } from "../../weights/load.js";
import { weightsFile } from "../../weights/registry.js";
import { loadSpecBackbone } from "../run-experiment.js";
import type { RunSpec } from "../spec.js";

/** Plain JSON: processes and cluster tasks are sent it. */
export interface FeatureJob extends Pick<RunSpec, "dataset" | "model" | "weights" | "frames"> {
  readonly splits: readonly SplitName[];
  readonly tokens: KeptTokens;
  /** Stored as 16-bit floats; runs do not use these. */
  readonly half: boolean;
  /** Part `index` (from 0) of `count`: every count-th video. */
  readonly shard: { readonly index: number; readonly count: number };
}

export interface FeatureTotals {
  /** Videos that there are features of now. */
  readonly videos: number;
  /** Those that the tower was run over. */
  readonly made: number;
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
  /** Of all these videos' features on the disk. */
  readonly bytes: number;
  /** Folder that holds them. */
  readonly folder: string;
}

export interface FeatureJobOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

/** The videos of a job's part, in manifest order. @throws UserError where a split has none */
export function jobSamples({ splits, shard }: Pick<FeatureJob, "splits" | "shard">, dataset: Dataset): Sample[] {
  const all = splits.flatMap((split) => {
    const samples = dataset.splits[split] ?? [];
    if (samples.length > 0) return samples;
    throw new UserError(`dataset "${dataset.name}" has no videos in its ${split} split; see its manifest`);
  });
  return all.filter((_, at) => at % shard.count === shard.index);
}

/** The splits of a dataset that have videos. */
export function splitsOf(dataset: Dataset): SplitName[] {
  return SPLITS.filter((split) => (dataset.splits[split] ?? []).length > 0);
}

/** A job as `count` jobs that share its videos. */
export function parts(job: FeatureJob, count: number): FeatureJob[] {
  const { index, count: before } = job.shard;
  return Array.from({ length: count }, (_, at) => ({
    ...job,
    shard: { index: index + at * before, count: before * count },
  }));
}

/** What several parts come to. */
export function totalOf(all: readonly FeatureTotals[]): FeatureTotals {
  const sum = (of: (one: FeatureTotals) => number): number => all.reduce((total, one) => total + of(one), 0);
  return {
    videos: sum(({ videos }) => videos),
    made: sum(({ made }) => made),
    skipped: all.flatMap(({ skipped }) => skipped),
    bytes: sum(({ bytes }) => bytes),
    folder: all.map(({ folder }) => folder).find((folder) => folder !== "") ?? "",
  };
}

/**
 * Makes the features of a job's part that are not there, in this process. They are those that a run with this model, these
 * weights and frames uses where its visual tower is frozen.
 *
 * @throws UserError where data or weights are missing, or features cannot be kept
 */
export async function runFeatureJob(job: FeatureJob, options: FeatureJobOptions = {}): Promise<FeatureTotals> {
  const { model, weights, frames, tokens, half } = job;
  const dataset = findDataset(job.dataset);
  const samples = jobSamples(job, dataset);
  await startEngine();
  const { backbone, params, towerIds } = await loadSpecBackbone(
    { model, frames, seed: 0, train: null },
    weightsFile(weights),
  );
  try {
    const tower = { backbone, params, hash: towerIds.visual };
    const found = await extractFeatures(tower, videoRoot(dataset), samples, { frames, tokens, half, ...options });
    const { features, made, skipped, bytes, folder } = found;
    return { videos: features.size, made, skipped, bytes, folder };
  } finally {
    disposeParams(params);
  }
}
