/** What `reproduce` and `few-shot` share: run a table's missing runs with progress, say what failed, print the table. */
import type { Scale } from "../experiments/spec.js";
import type { RecordStore } from "../experiments/store.js";
import type { Table } from "../experiments/table.js";
import { untilInterrupted } from "./interrupt.js";
import { count } from "./numbers.js";
import { progressOn, showSweep } from "./progress.js";

/** The value of `--jobs`; null for none. */
export function jobsOf(text: string | undefined): number | null {
  return text === undefined ? null : count("--jobs", text);
}

/**
 * Runs and prints the tables; a failed run is a line on stderr and exit code 1. Returns false where it was interrupted.
 *
 * @param json print the numbers as one JSON array instead of text
 */
export async function runTables(
  tables: readonly Table[],
  scale: Scale,
  store: RecordStore,
  jobs: number | null,
  json: boolean,
): Promise<boolean> {
  const { reproduceTables } = await import("../experiments/reproduce.js");
  const { renderTable } = await import("../experiments/render.js");
  const { shortId } = await import("../experiments/id.js");
  const progress = progressOn();
  const made = await untilInterrupted(
    (signal) =>
      reproduceTables(tables, scale, store, {
        signal,
        ...(jobs === null ? {} : { jobs }),
        onVideo: (name, done, total) => progress.show(`data ${name}`, done, total),
        onState: (state) => showSweep(progress, state),
      }).finally(() => progress.stop()),
    "finished runs are kept: run the same command again to go on",
  );
  if (made === null) return false;
  const { failed } = made.sweep;
  for (const { id, label, message } of failed) console.error(`vghif: run ${shortId(id)} (${label}) failed: ${message}`);
  if (failed.length > 0) process.exitCode = 1;
  if (json) console.log(JSON.stringify(made.results, null, 2));
  else for (const result of made.results) console.log(await renderTable(result, "text"));
  return true;
}
