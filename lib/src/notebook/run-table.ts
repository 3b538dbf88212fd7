/** What a cell calls to have a table: runs what has no record, says in place how far it is, and reads the numbers. */
import { reproduceTables } from "../experiments/reproduce.js";
import type { Scale } from "../experiments/spec.js";
import { openStore, type RecordStore } from "../experiments/store.js";
import type { SweepResult, SweepState } from "../experiments/sweep.js";
import type { Table } from "../experiments/table.js";
import type { TableResult } from "../experiments/table-result.js";
import { replaceableDisplay } from "./kernel-display.js";

export interface RunTableOptions {
  /** Default: the project's records. */
  readonly store?: RecordStore;
  /** Worker processes. Default: the number of cores. */
  readonly jobs?: number;
  /** Stops the workers; finished runs are kept. An interrupted cell does not stop them: abort, or restart the kernel. */
  readonly signal?: AbortSignal;
}

/**
 * The table's numbers at a scale. Only reads where every run has a record; else makes the data, trains and evaluates in
 * worker processes, as `vghif reproduce` does.
 *
 * @throws UserError where data or weights are missing; a failed run is said below the cell and is a dash in the table
 */
export async function runTable(table: Table, scale: Scale, options: RunTableOptions = {}): Promise<TableResult> {
  const { store = openStore(), ...rest } = options;
  const display = replaceableDisplay();
  const say = (text: string): void => display?.text(text);
  const { results, sweep } = await reproduceTables([table], scale, store, {
    ...rest,
    onVideo: (dataset, done, total) => say(`${table.id} (${scale}): making videos of ${dataset}: ${done} of ${total}`),
    onState: (state) => say(`${table.id} (${scale}): ${stateText(state)}`),
  });
  const [result] = results;
  say(`${table.id} (${scale}): ${result!.runs.recorded} of ${result!.runs.declared} runs recorded${failures(sweep)}`);
  return result!;
}

function stateText({ done, total, failed, running }: SweepState): string {
  const now = running.map(
    ({ label, event }) => `${label}${event ? `: ${event.phase} ${event.done}/${event.total}` : ""}`,
  );
  return [`${done + failed.length} of ${total} missing runs done`, ...now].join("\n");
}

function failures({ failed }: SweepResult): string {
  return failed.map(({ label, message }) => `\nfailed: ${label}: ${message}`).join("");
}
