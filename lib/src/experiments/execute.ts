/** One run made into one record: computes it, adds the circumstances, stores it. Used by every way to run. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { startEngine } from "../engine/index.js";
import { peakBytes } from "../peak-memory.js";
import { PACKAGE_ROOT } from "../project.js";
import { runId } from "./id.js";
import type { ExperimentResult, RunContext } from "./run-experiment.js";
import type { RunSpec } from "./spec.js";
import type { RecordStore } from "./store.js";

/** Computes a run; run-experiment.ts is the real one. */
export type RunFunction = (spec: RunSpec, context: RunContext) => Promise<ExperimentResult>;

/**
 * Runs the spec and stores its record; returns the record's path. A record that is there is kept, nothing runs.
 *
 * @param run default: runExperiment
 * @throws what the run throws, UserError where the record cannot be written, the signal's reason where it aborts
 */
export async function executeRun(
  spec: RunSpec,
  store: RecordStore,
  context: RunContext = {},
  run: RunFunction = runReal,
): Promise<string> {
  const id = runId(spec);
  if (store.has(id)) return store.file(id);
  const result = await run(spec, context);
  context.signal?.throwIfAborted();
  const { backend, device } = await startEngine();
  return store.add({
    id,
    spec,
    ...result,
    package: packageVersion(),
    backend,
    device,
    node: process.version,
    peakRssMb: Math.round(peakBytes() / 2 ** 20),
    finished: new Date().toISOString(),
  });
}

/** What a run is, for a progress line or a message: "hmdb-like, K = 4, seed 1, clip + VgHIF". */
export function runLabel({ dataset, shots, seed, model, vghif }: RunSpec): string {
  const parts = [dataset, shots === null ? null : `K = ${shots}`, `seed ${seed}`, vghif ? `${model} + VgHIF` : model];
  return parts.filter((part) => part !== null).join(", ");
}

async function runReal(spec: RunSpec, context: RunContext): Promise<ExperimentResult> {
  const { runExperiment } = await import("./run-experiment.js");
  return runExperiment(spec, context);
}

/** "vghif 0.1.0", as the package says of itself. */
export function packageVersion(): string {
  const text = readFileSync(path.join(PACKAGE_ROOT, "package.json"), "utf8");
  const { name, version } = JSON.parse(text) as { readonly name: string; readonly version: string };
  return `${name} ${version}`;
}
