/** What a benchmark found, as it is written to JSON. */
import type { Agreement } from "./agreement.js";
import type { Peer } from "./peer.js";
import type { Row } from "./rows.js";
import { COLUMN_TITLES, type ColumnId } from "./task.js";

/** Seconds of all runs of all rounds. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly n: number;
}

export interface Measured {
  readonly status: "measured";
  readonly seconds: Spread;
  /** Each round's median, in order; fewer than the rounds where a run is so slow that it was measured once. */
  readonly rounds: readonly number[];
  /** Of matrix products alone; null where that does not describe the work. */
  readonly gflops: number | null;
  /** The most that any round's process held. */
  readonly peakBytes: number;
  /** From the process's start until it was ready, the shortest round: loading weights, compiling. */
  readonly setupSeconds: number;
  /** Of work `cost`: what the fusion adds to its baseline's time, percent, the median over pairs of runs in turn. */
  readonly overheadPercent: number | null;
}

export type Cell =
  | Measured
  | { readonly status: "absent"; readonly reason: string }
  /** One run takes longer than the limit. */
  | { readonly status: "slow"; readonly limitSeconds: number }
  | { readonly status: "failed"; readonly message: string }
  /** It computes something else than the reference: not timed. */
  | { readonly status: "disagrees"; readonly message: string };

type Cells<T> = Readonly<Partial<Record<ColumnId, T>>>;

export interface RowResult {
  readonly id: string;
  readonly title: string;
  readonly flops: number | null;
  readonly cells: Cells<Cell>;
  /** Each column's outputs against the reference's. */
  readonly reference: ColumnId | null;
  readonly tolerance: number;
  readonly agreement: Cells<Agreement>;
  /** PyTorch's CPU time over this column's, the median over rounds. Above 1: faster than PyTorch. */
  readonly ratios: Cells<number>;
  /** PyTorch's CUDA fp32 time over that of this column, which runs on the same GPU. */
  readonly gpuRatios: Cells<number>;
}

export interface Target {
  readonly row: string;
  readonly what: string;
  readonly wanted: string;
  readonly value: number | null;
  /** null: not measured here. */
  readonly met: boolean | null;
}

export interface BenchResult {
  readonly date: string;
  /** Tiny sizes: the times mean nothing. */
  readonly quick: boolean;
  readonly host: {
    readonly processor: string;
    readonly cores: number;
    readonly memoryBytes: number;
    readonly platform: string;
    readonly node: string;
    /** Load average over the last minute when the benchmark began. */
    readonly load: number;
  };
  readonly versions: Readonly<Record<string, string>>;
  readonly threads: number;
  readonly rounds: number;
  /** Of the compiler; null: its default for each device. */
  readonly passes: readonly string[] | null;
  readonly peer: Omit<Peer, "python"> | null;
  /** What a reader must know before believing a number. */
  readonly warnings: readonly string[];
  readonly rows: readonly RowResult[];
  readonly targets: readonly Target[];
  /** Of the whole benchmark. */
  readonly seconds: number;
}

/** The targets of these rows, each met, missed, or not measured. */
export function targetsOf(rows: readonly Row[], results: readonly RowResult[], gpuTarget: number): Target[] {
  const judge = (row: Row, what: string, wanted: string, value: number | null, met: boolean): Target => ({
    row: row.id,
    what,
    wanted,
    value,
    met: value === null ? null : met,
  });
  return rows.flatMap((row) => {
    const result = results.find(({ id }) => id === row.id);
    if (!result) return [];
    const targets: Target[] = [];
    if (row.target !== undefined && row.work.kind === "cost") {
      const cell = result.cells.cpu;
      const value = cell?.status === "measured" ? cell.overheadPercent : null;
      targets.push(judge(row, "VgHIF's own cost, percent", `<= ${row.target}`, value, value! <= row.target));
    } else if (row.target !== undefined) {
      const value = result.ratios.cpu ?? null;
      targets.push(judge(row, "PyTorch CPU / compiled CPU", `>= ${row.target}`, value, value! >= row.target));
    }
    for (const [column, value] of Object.entries(result.gpuRatios)) {
      const what = `PyTorch CUDA fp32 / ${COLUMN_TITLES[column as ColumnId]}`;
      targets.push(judge(row, what, `>= ${gpuTarget}`, value, value >= gpuTarget));
    }
    return targets;
  });
}
