/** The main job: data, runs, and what the records say. */
import { runId } from "./id.js";
import { setOutdatedAside } from "./outdated.js";
import { prepare } from "./prepare.js";
import type { RunSpec, Scale } from "./spec.js";
import type { RecordStore } from "./store.js";
import { runMissing, type SweepOptions, type SweepResult, type SweepState } from "./sweep.js";
import { type Table, tableSpecs } from "./table.js";
import { readTable, type TableResult } from "./table-result.js";

/** Runs what has no record, somewhere. */
export type RunAll = (
  specs: readonly RunSpec[],
  store: RecordStore,
  options: Pick<SweepOptions, "jobs" | "signal" | "onState">,
) => Promise<SweepResult>;

export interface ReproduceOptions {
  /** Default: runMissing, in worker processes on this machine. */
  readonly run?: RunAll;
  /** Worker processes. Default: runMissing's. */
  readonly jobs?: number;
  readonly signal?: AbortSignal;
  readonly onVideo?: (dataset: string, done: number, total: number) => void;
  readonly onState?: (state: SweepState) => void;
}

export interface Reproduced {
  readonly results: readonly TableResult[];
  readonly sweep: SweepResult;
  /** Records of other data or weights than those that are here; they were set aside and run again. */
  readonly outdated: number;
}

/**
 * Makes what generated data is missing, runs what has no record, reads the tables. Records that are there are kept
 * (unless the data or weights here are others than theirs), so a second call only reads, and needs neither.
 *
 * @throws UserError where data or weights are missing, before anything runs; a run that fails is in `sweep.failed`
 */
export async function reproduceTables(
  tables: readonly Table[],
  scale: Scale,
  store: RecordStore,
  { run = runMissing, jobs, signal, onVideo, onState }: ReproduceOptions = {},
): Promise<Reproduced> {
  const specs = tables.flatMap((table) => tableSpecs(table, scale));
  const outdated = await setOutdatedAside(specs, store);
  const missing = specs.filter((spec) => !store.has(runId(spec)));
  const shared = { ...(jobs === undefined ? {} : { jobs }), ...(signal === undefined ? {} : { signal }) };
  await prepare(missing, { ...shared, ...(onVideo ? { onVideo } : {}) });
  const sweep = await run(specs, store, { ...shared, ...(onState ? { onState } : {}) });
  return { results: tables.map((table) => readTable(table, scale, store)), sweep, outdated };
}
