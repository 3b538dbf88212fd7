/** The benchmark: every row in every column, side by side in one run. */
import os from "node:os";
import type { PassName } from "../engine/compile/optimize.js";
import { findAdapter } from "../engine/provider.js";
import { UsageError, UserError } from "../errors.js";
import { blasWarning, findPeer, type Peer, type PeerSearch } from "./peer.js";
import { type BenchResult, type RowResult, targetsOf } from "./result.js";
import { benchRows, GPU_TARGET, type Row } from "./rows.js";
import { runRow } from "./run-row.js";
import { COLUMNS, type ColumnId, type Effort } from "./task.js";
import { versionsOf } from "./versions.js";

export interface BenchOptions {
  /** Ids of rows; default: all. */
  readonly rows?: readonly string[];
  /** Columns; default: all that there are here, but no WebGPU adapter that is software. */
  readonly columns?: readonly string[];
  /** How often the columns take turns; default 3, or 1 where `quick`. */
  readonly rounds?: number;
  /** Threads on both sides; default: the cores that this process may use. */
  readonly threads?: number;
  /** Longest time for one run, seconds; a slower column is not waited for. Default 60. */
  readonly limitSeconds?: number;
  /** Optimiser passes of the compiler; default: its own for the device. */
  readonly passes?: readonly PassName[];
  /** Tiny sizes and few runs, for the form alone. */
  readonly quick?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number, note: string) => void;
}

const EFFORT: Effort = { warmups: 2, seconds: 2.5, runs: 3 };
const QUICK_EFFORT: Effort = { warmups: 1, seconds: 0.05, runs: 2 };
const ROUNDS = 3;

const LIMIT_SECONDS = 60;

/**
 * Runs the benchmark.
 *
 * @throws UsageError for a row or column that does not exist; the signal's reason on abort
 */
export async function bench(options: BenchOptions = {}): Promise<BenchResult> {
  const start = performance.now();
  const { quick = false, threads = os.availableParallelism(), signal, onProgress } = options;
  const rounds = options.rounds ?? (quick ? 1 : ROUNDS);
  const load = os.loadavg()[0]!;
  const rows = chosenRows(benchRows(quick), options.rows);
  const wanted = chosenColumns(options.columns);
  onProgress?.(0, rows.length, "looking for PyTorch and a GPU");
  const search = await findPeer(threads, signal);
  signal?.throwIfAborted();
  const absent = await absentColumns(search, wanted, options.columns !== undefined);
  signal?.throwIfAborted();
  const shown = wanted.filter((column) => !column.includes("cuda") || !absent.has(column));
  const results: RowResult[] = [];
  for (const [done, row] of rows.entries()) {
    const columns = shown.filter((column) => row.columns.includes(column));
    if (columns.length === 0) continue;
    const missing = row.work.kind === "decode" ? withoutVideo(absent, search.peer) : absent;
    const result = await runRow(row, missing, columns, {
      threads,
      rounds,
      effort: quick ? QUICK_EFFORT : EFFORT,
      passes: options.passes ?? null,
      peer: search.peer,
      limitSeconds: options.limitSeconds ?? LIMIT_SECONDS,
      ...(signal ? { signal } : {}),
      onStep: (step) => onProgress?.(done, rows.length, `${row.id}: ${step}`),
    });
    results.push(result);
  }
  onProgress?.(rows.length, rows.length, "");
  return {
    date: new Date().toISOString(),
    quick,
    host: {
      processor: os.cpus()[0]?.model.trim() ?? os.arch(),
      cores: os.availableParallelism(),
      memoryBytes: os.totalmem(),
      platform: `${os.platform()} ${os.arch()}`,
      node: process.version,
      load,
    },
    versions: versionsOf(),
    threads,
    rounds,
    passes: options.passes ?? null,
    peer: search.peer && withoutPath(search.peer),
    warnings: warningsOf(quick, load, search),
    rows: results,
    targets: quick ? [] : targetsOf(rows, results, GPU_TARGET),
    seconds: (performance.now() - start) / 1e3,
  };
}

/** The peer as others may see it. */
function withoutPath({ python: _, ...peer }: Peer): Omit<Peer, "python"> {
  return peer;
}

/** Rows whose sides do not compute the same. */
export function disagreements({ rows }: BenchResult): string[] {
  return rows.flatMap(({ id, cells }) =>
    Object.entries(cells).flatMap(([column, cell]) =>
      cell.status === "disagrees" ? [`${id} in column ${column}: ${cell.message}`] : [],
    ),
  );
}

function chosenRows(all: readonly Row[], names: readonly string[] | undefined): Row[] {
  return chosen(
    "row",
    all.map(({ id }) => id),
    names,
  ).map((name) => all.find(({ id }) => id === name)!);
}

function chosenColumns(names: readonly string[] | undefined): ColumnId[] {
  return chosen<ColumnId>("column", COLUMNS, names);
}

/** Those of `all` that are named, in the order of `all`. */
function chosen<T extends string>(kind: string, all: readonly T[], names: readonly string[] | undefined): T[] {
  const unknown = names?.find((name) => !(all as readonly string[]).includes(name));
  if (unknown !== undefined) throw new UsageError(`no ${kind} is called "${unknown}": choose of ${all.join(", ")}`);
  return all.filter((name) => !names || names.includes(name));
}

/** Why columns cannot be computed here. */
async function absentColumns(
  search: PeerSearch,
  wanted: readonly ColumnId[],
  named: boolean,
): Promise<Map<ColumnId, string>> {
  const absent = new Map<ColumnId, string>();
  for (const column of wanted.filter((name) => name.startsWith("torch"))) {
    if (!search.peer) absent.set(column, search.absent);
    else if (column !== "torch" && search.peer.cuda === null) absent.set(column, "torch sees no CUDA device");
  }
  for (const provider of ["webgpu", "cuda"] as const) {
    if (!wanted.includes(provider)) continue;
    try {
      const { device, onlyByName } = await findAdapter(provider);
      if (onlyByName && !named) absent.set(provider, `${device}: ${onlyByName}; name it in --columns to have it`);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      absent.set(provider, error.message);
    }
  }
  return absent;
}

function withoutVideo(absent: ReadonlyMap<ColumnId, string>, peer: Peer | null): ReadonlyMap<ColumnId, string> {
  if (!peer || peer.video !== null) return absent;
  const reason = "this Python imports neither PyAV nor OpenCV (Debian: python3-av or python3-opencv)";
  return new Map([...absent, ["torch", reason]]);
}

/** Load of a machine that is doing something else, per core. */
const BUSY = 0.25;

function warningsOf(quick: boolean, load: number, search: PeerSearch): string[] {
  const warnings: string[] = [];
  if (quick) warnings.push("QUICK: tiny sizes and few runs; the times mean nothing, only the form does");
  if (load > BUSY * os.availableParallelism()) {
    warnings.push(`the machine was not quiet: load average ${load.toFixed(2)} when this began`);
  }
  if (search.absent !== null) warnings.push(search.absent);
  const slow = search.peer && !quick ? blasWarning(search.peer) : null;
  if (slow) warnings.push(slow);
  return warnings;
}
