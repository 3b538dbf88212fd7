/** What one run leaves behind. Tables, figures, statistics and the report derive from records alone. */
import type { RunSpec } from "./spec.js";

export interface EpochMetrics {
  readonly epoch: number;
  /** Mean training loss of the epoch. */
  readonly loss: number;
  /** Learning rate of the backbone's parameters at its end. */
  readonly lr: number;
}

export interface FinalMetrics {
  /** Percent of scored videos, 0 to 100. */
  readonly top1: number;
  readonly top5: number;
  /** Percent per class, label order; null for a class without scored videos. */
  readonly perClass: readonly (number | null)[];
  /** Videos scored. */
  readonly n: number;
}

/** What computing a run gives; the record adds identity and circumstances. */
export interface RunOutcome {
  readonly epochs: readonly EpochMetrics[];
  readonly final: FinalMetrics;
  /** Per scored video: path, true label, the (up to five) best labels, best first. */
  readonly predictions: readonly (readonly [path: string, label: number, best: readonly number[]])[];
  /** Videos that could not be read, with the reason; they are not scored. `replacedBy`: a training video's stand-in. */
  readonly skipped: readonly { readonly path: string; readonly reason: string; readonly replacedBy?: string }[];
  /** Parameters of the model, and of the fusion alone. */
  readonly parameters: { readonly total: number; readonly trained: number; readonly fusion: number };
  /** 10^9 multiply-accumulates of one video, from frames to class scores, the class texts' tower having run before. */
  readonly gigaMacs?: number;
  /** Seconds by phase. */
  readonly seconds: { readonly features: number; readonly train: number; readonly evaluate: number };
}

export interface RunRecord extends RunOutcome {
  readonly id: string;
  readonly spec: RunSpec;
  readonly datasetKind: "generated" | "real" | "user";
  readonly hashes: { readonly weights: string; readonly manifest: string };
  readonly package: string;
  readonly backend: string;
  readonly device: string;
  readonly node: string;
  readonly peakRssMb: number;
  /** ISO 8601, UTC. */
  readonly finished: string;
}
