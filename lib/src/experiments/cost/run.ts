/** Counts and measures what has no record yet, and reads the whole from the records. */
import { startEngine } from "../../engine/index.js";
import { disposeParams } from "../../weights/load.js";
import { packageVersion } from "../execute.js";
import { readSide, writeSide } from "../side-record.js";
import type { RecordStore } from "../store.js";
import { countRecognizer } from "./count.js";
import { ablationCost } from "./declared.js";
import { measureCost } from "./measure.js";
import { loadedBackbone, officialBackbone } from "./model.js";
import { COST, type CostRecord } from "./record.js";
import { type CostResult, readCost } from "./result.js";
import { type CostSpec, costId, costLabel } from "./spec.js";

export interface RunCostOptions {
  /** What is counted and measured. Default: all of ablation-cost. */
  readonly specs?: readonly CostSpec[];
  readonly signal?: AbortSignal;
  /** `done` of `total` specs have a record; `label` says what is at work. */
  readonly onProgress?: (done: number, total: number, label: string) => void;
}

/**
 * Makes the records that are missing and reads the table. Measuring wants a quiet machine: call it when no sweep runs.
 *
 * @throws UserError where the records cannot be written or a measuring process fails, the signal's reason where it aborts
 */
export async function runCost(store: RecordStore, options: RunCostOptions = {}): Promise<CostResult> {
  const { specs = ablationCost.specs, signal, onProgress } = options;
  for (const [index, spec] of specs.entries()) {
    signal?.throwIfAborted();
    if (readSide(store, COST, costId(spec))) continue;
    onProgress?.(index, specs.length, costLabel(spec));
    writeSide(store, COST, await costOf(spec, signal));
  }
  onProgress?.(specs.length, specs.length, "");
  return readCost(store, specs);
}

async function costOf(spec: CostSpec, signal?: AbortSignal): Promise<CostRecord> {
  await startEngine();
  const found =
    spec.size === "smoke-clip" ? await loadedBackbone(spec) : { backbone: officialBackbone(spec), params: {} };
  const { backbone, params } = found;
  try {
    const { frames, classes, vghif } = spec;
    return {
      id: costId(spec),
      spec,
      counts: {
        baseline: countRecognizer(backbone, null, frames, classes),
        vghif: countRecognizer(backbone, vghif, frames, classes),
      },
      measured: spec.timing ? await measureCost(spec, backbone, params, signal ? { signal } : {}) : null,
      package: packageVersion(),
      node: process.version,
      finished: new Date().toISOString(),
    };
  } finally {
    disposeParams(params);
  }
}
