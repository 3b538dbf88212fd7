/** What `reproduce` and `few-shot` share: run what tables lack with progress, say what failed, print the tables. */
import { UsageError } from "../errors.js";
import type { CostResult } from "../experiments/cost/result.js";
import type { SlurmConfig } from "../experiments/slurm/config.js";
import type { Scale } from "../experiments/spec.js";
import type { RecordStore } from "../experiments/store.js";
import type { Table } from "../experiments/table.js";
import type { TableResult } from "../experiments/table-result.js";
import { untilInterrupted } from "./interrupt.js";
import { count } from "./numbers.js";
import { progressOn, showSweep } from "./progress.js";

/** The value of `--jobs`; null for none. */
export function jobsOf(text: string | undefined): number | null {
  return text === undefined ? null : count("--jobs", text);
}

/** Where runs go: what `--engine` and `--slurm` say; null for this machine. */
export async function slurmOf(engine: string, file: string | undefined): Promise<SlurmConfig | null> {
  if (engine === "local") {
    if (file !== undefined) throw new UsageError("--slurm is for --engine slurm");
    return null;
  }
  if (engine !== "slurm") throw new UsageError(`--engine is "${engine}": give local or slurm`);
  const { readSlurmConfig } = await import("../experiments/slurm/config.js");
  return readSlurmConfig(file);
}

/**
 * Runs what the tables lack, here or, with a configuration, on Slurm; a failed run is a line on stderr and exit code 1.
 * Returns null where it was interrupted.
 */
export async function runTables(
  tables: readonly Table[],
  scale: Scale,
  store: RecordStore,
  jobs: number | null,
  slurm: SlurmConfig | null = null,
): Promise<readonly TableResult[] | null> {
  const { reproduceTables } = await import("../experiments/reproduce.js");
  const { shortId } = await import("../experiments/id.js");
  const { runOnSlurm } = await import("../experiments/slurm/run.js");
  const progress = progressOn();
  const made = await untilInterrupted(
    (signal) =>
      reproduceTables(tables, scale, store, {
        signal,
        ...(slurm ? { run: (specs, to, options) => runOnSlurm(specs, to, slurm, options) } : {}),
        ...(jobs === null ? {} : { jobs }),
        onVideo: (name, done, total) => progress.show(`data ${name}`, done, total),
        onState: (state) => showSweep(progress, state),
      }).finally(() => progress.stop()),
    slurm
      ? "the tasks go on: run the same command again to wait for them, or end them with vghif sweep cancel"
      : "finished runs are kept: run the same command again to go on",
  );
  if (made === null) return null;
  const { failed } = made.sweep;
  if (made.outdated > 0) {
    console.error(
      `vghif: ${made.outdated} records were of other data or weights than those here: run again, the old ones are in ${store.folder}/replaced`,
    );
  }
  for (const { id, label, message } of failed) console.error(`vghif: run ${shortId(id)} (${label}) failed: ${message}`);
  if (failed.length > 0) process.exitCode = 1;
  return made.results;
}

/** Prints the tables, and the cost table where there is one, on stdout: as text, or their numbers as one JSON array. */
export async function printTables(
  results: readonly TableResult[],
  json: boolean,
  costs: CostResult | null = null,
): Promise<void> {
  if (json) {
    console.log(JSON.stringify(costs ? [...results, costs] : results, null, 2));
    return;
  }
  const { renderTable } = await import("../experiments/render.js");
  for (const result of results) console.log(await renderTable(result, "text"));
  const { renderCost } = await import("../experiments/cost/render.js");
  if (costs) console.log(await renderCost(costs, "text"));
}
