/** Datasets with several official splits: a run is on one of them, named "<dataset>-<split>". */
import type { Scale } from "./spec.js";

/** A dataset by its name at each scale. */
export interface SplitDataset extends Readonly<Record<Scale, string>> {
  /** Official splits. Default: one, and the dataset's own name. */
  readonly splits?: number;
}

/** The dataset that a run is on: at scale `paper` seed s runs on split s mod splits + 1. */
export function splitOf({ splits = 1, ...names }: SplitDataset, seed: number, scale: Scale): string {
  return scale === "paper" && splits > 1 ? `${names.paper}-${(seed % splits) + 1}` : names[scale];
}
