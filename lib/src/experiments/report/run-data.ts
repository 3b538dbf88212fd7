/** The runs behind the page's numbers as compact JSON: what many runs share is there once (assets/report/run-data.js). */
import { canonicalJson } from "../id.js";
import type { RunRecord } from "../record.js";
import type { RunSpec } from "../spec.js";

export interface RunData {
  /** Specs without their seed. */
  readonly specs: readonly Omit<RunSpec, "seed">[];
  readonly hashes: readonly string[];
  readonly places: readonly Readonly<Record<string, string>>[];
  readonly runs: readonly RunLine[];
}

/** A run; numbers under `spec`, `weights`, `manifest` and `place` are places in RunData's lists. */
export interface RunLine {
  readonly id: string;
  readonly spec: number;
  readonly seed: number;
  readonly top1: number;
  readonly top5: number;
  readonly videos: number;
  readonly skipped: number;
  readonly parameters: readonly [total: number, trained: number, fusion: number];
  readonly seconds: readonly [features: number, train: number, evaluate: number];
  readonly weights: number;
  readonly manifest: number;
  readonly place: number;
  readonly peakRssMb: number;
  readonly finished: string;
}

export function runData(records: readonly RunRecord[]): RunData {
  const specs = new Distinct<Omit<RunSpec, "seed">>();
  const hashes = new Distinct<string>();
  const places = new Distinct<Readonly<Record<string, string>>>();
  const runs = records.map((record): RunLine => {
    const { seed, ...spec } = record.spec;
    const { backend, device, node, datasetKind, parameters, seconds, final } = record;
    return {
      id: record.id,
      spec: specs.place(spec),
      seed,
      top1: round(final.top1),
      top5: round(final.top5),
      videos: final.n,
      skipped: record.skipped.length,
      parameters: [parameters.total, parameters.trained, parameters.fusion],
      seconds: [round(seconds.features), round(seconds.train), round(seconds.evaluate)],
      weights: hashes.place(record.hashes.weights),
      manifest: hashes.place(record.hashes.manifest),
      place: places.place({ backend, device, node, package: record.package, datasetKind }),
      peakRssMb: record.peakRssMb,
      finished: record.finished,
    };
  });
  return { specs: specs.values, hashes: hashes.values, places: places.values, runs };
}

/** Different values in order of appearance. */
export class Distinct<Value> {
  readonly values: Value[] = [];
  private readonly places = new Map<string, number>();

  /** The value's place; it is added where it is new. */
  place(value: Value): number {
    const key = canonicalJson(value, "value");
    const known = this.places.get(key);
    if (known !== undefined) return known;
    this.places.set(key, this.values.length);
    return this.values.push(value) - 1;
  }
}

function round(value: number): number {
  return Number(value.toFixed(4));
}
