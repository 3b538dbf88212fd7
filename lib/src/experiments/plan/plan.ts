/** What runs would cost, and what they lack, before any of them starts: `vghif reproduce --dry-run`. */
import { viewCount } from "../../data/frames/views.js";
import { findDataset } from "../../data/manifest-find.js";
import { withoutSplit } from "../../data/split-name.js";
import { UserError } from "../../errors.js";
import { CLIP_SIZES, type ClipConfig, clipShapes } from "../../models/clip-config.js";
import { textFlops, towerFlops } from "../../models/flops.js";
import { runLabel } from "../execute.js";
import { runId } from "../id.js";
import { missingFor } from "../prepare.js";
import type { RunSpec } from "../spec.js";
import type { RecordStore } from "../store.js";
import { officialDataset } from "./official-datasets.js";

export interface PlannedRun {
  readonly id: string;
  readonly label: string;
  readonly spec: RunSpec;
  readonly recorded: boolean;
  /** Videos of the training, and videos scored; null: the dataset is neither here nor known. */
  readonly videos: { readonly train: number; readonly scored: number } | null;
  /** Floating-point operations in 10^15; null: the dataset or the model's size is not known. */
  readonly petaflops: number | null;
  /** At the plan's speed; null where petaflops is. */
  readonly gpuHours: number | null;
}

export interface Plan {
  readonly runs: readonly PlannedRun[];
  /** Of the runs without a record; those of unknown cost are not in it. */
  readonly gpuHours: number;
  /** Sustained speed that hours are computed at, 10^12 operations a second. */
  readonly teraflops: number;
  readonly disk: {
    /** Gigabytes of videos by dataset; null: not known here. */
    readonly videos: Readonly<Record<string, number | null>>;
    /** Gigabytes that a training's checkpoints need at most: parameters and two moments, two files while one replaces the other. */
    readonly checkpoints: number;
  };
  /** What must be here first, a line each: weights and datasets. */
  readonly missing: readonly string[];
}

/**
 * A tenth of an A100's dense bfloat16 peak (312): what video training reaches where nothing is tuned. Ours, to be replaced by
 * a measured speed (`--teraflops`).
 */
export const DEFAULT_TERAFLOPS = 30;

/** Plans runs; touches nothing. @throws nothing for what is missing: it is listed */
export function planRuns(specs: readonly RunSpec[], store: RecordStore, teraflops = DEFAULT_TERAFLOPS): Plan {
  const runs = [...new Map(specs.map((spec) => [runId(spec), spec]))].map(([id, spec]) =>
    planned(id, spec, store, teraflops),
  );
  const open = runs.filter(({ recorded }) => !recorded);
  const datasets = [...new Set(open.map(({ spec }) => withoutSplit(spec.dataset)))];
  const sizes = open.flatMap(({ spec }) => clipSize(spec.weights) ?? []);
  return {
    runs,
    gpuHours: open.reduce((sum, { gpuHours }) => sum + (gpuHours ?? 0), 0),
    teraflops,
    disk: {
      videos: Object.fromEntries(datasets.map((name) => [name, officialDataset(name)?.gigabytes ?? null])),
      checkpoints: Math.max(0, ...sizes.map((clip) => (2 * 3 * 4 * parameterCount(clip)) / 1e9)),
    },
    missing: missingFor(open.map(({ spec }) => spec)),
  };
}

function planned(id: string, spec: RunSpec, store: RecordStore, teraflops: number): PlannedRun {
  const videos = videosOf(spec);
  const petaflops = videos && petaflopsOf(spec, videos);
  return {
    id,
    label: runLabel(spec),
    spec,
    recorded: store.has(id),
    videos,
    petaflops,
    gpuHours: petaflops === null ? null : petaflops / (teraflops / 1000) / 3600,
  };
}

function videosOf({ dataset, task, shots, evaluate }: RunSpec): PlannedRun["videos"] {
  const known = officialDataset(dataset) ?? presentDataset(dataset, evaluate);
  if (!known) return null;
  const train = { "zero-shot": 0, "few-shot": (shots ?? 0) * known.classes, full: known.train }[task];
  return { train, scored: known.scored };
}

function presentDataset(name: string, evaluate: RunSpec["evaluate"]) {
  try {
    const { classes, splits } = findDataset(name);
    return { classes: classes.length, train: splits.train?.length ?? 0, scored: splits[evaluate]?.length ?? 0 };
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

/**
 * A trained tower: forward, twice that backward, and forward once more where blocks are computed again, every epoch. A frozen
 * one: forward once a video. A scored video passes once a view. The fusion's own cost is a few percent of that (ablation-cost) and left out.
 */
function petaflopsOf(spec: RunSpec, { train, scored }: NonNullable<PlannedRun["videos"]>): number | null {
  const clip = clipSize(spec.weights);
  if (!clip) return null;
  const video = towerFlops(clip, spec.frames);
  const classes = officialDataset(spec.dataset)?.classes ?? 0;
  const epochs = spec.train?.epochs ?? 0;
  const passes = spec.train?.remat ? 4 : 3;
  const trainable = spec.train?.trainable ?? "none";
  const towerTrained = trainable === "all" || trainable === "visual" || trainable === "added";
  const training = towerTrained ? passes * epochs * train * video : train * video;
  const steps = epochs * Math.ceil(train / (spec.train?.batch ?? 1));
  const parts = spec.train?.microBatch ? Math.ceil((spec.train?.batch ?? 1) / spec.train.microBatch) : 1;
  const views = viewCount(spec.views);
  const texts = trainable === "all" || trainable === "added" ? passes * steps * parts : 1;
  return (training + scored * views * video + texts * textFlops(clip, classes)) / 1e15;
}

/** Sizes of the CLIP behind a named checkpoint: "clip-vit-b-16". */
export function clipSize(weights: string): ClipConfig | null {
  const size = Object.keys(CLIP_SIZES).find(
    (name) => weights === `clip-${name.toLowerCase().replace(/[/@]/g, "-").replace(/px$/, "")}`,
  ) as keyof typeof CLIP_SIZES | undefined;
  return size ? CLIP_SIZES[size] : null;
}

function parameterCount(clip: ClipConfig): number {
  return [...clipShapes(clip).values()].reduce((sum, shape) => sum + shape.reduce((size, n) => size * n, 1), 0);
}
