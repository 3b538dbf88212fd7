/** One row: inputs, agreement, then rounds in which the columns take turns. */
import { writeFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { PassName } from "../engine/compile/optimize.js";
import { UserError } from "../errors.js";
import { type Agreement, compareOutputs } from "./agreement.js";
import { type ChildEnd, ownCommand, runChild } from "./child.js";
import { flopsOf } from "./flops.js";
import { type Peer, peerCommand } from "./peer.js";
import type { Cell, RowResult } from "./result.js";
import type { Row } from "./rows.js";
import { measuredCell, median, ratioOf } from "./summary.js";
import type { ColumnId, Effort, Report, Task } from "./task.js";

export interface RowOptions {
  readonly threads: number;
  readonly rounds: number;
  readonly effort: Effort;
  readonly passes: readonly PassName[] | null;
  readonly peer: Peer | null;
  /** Longest time for one run, seconds. */
  readonly limitSeconds: number;
  readonly signal?: AbortSignal;
  readonly onStep: (step: string) => void;
}

/** Columns whose runs take longer than this are measured in the first round alone. */
const ONE_ROUND_SECONDS = 10;

/** This project's own columns on a GPU. */
const ON_GPU: readonly ColumnId[] = ["webgpu", "cuda"];

/** Time to write the inputs, seconds. */
const INPUT_SECONDS = 300;

/** `absent`: why a column of this row cannot be computed here; the others are. */
export async function runRow(
  row: Row,
  absent: ReadonlyMap<ColumnId, string>,
  columns: readonly ColumnId[],
  options: RowOptions,
): Promise<RowResult> {
  const folder = await mkdtemp(path.join(tmpdir(), "vghif-bench-"));
  try {
    const work = path.join(folder, "work.json");
    writeFileSync(work, JSON.stringify(row.work));
    const files = {
      weights: path.join(folder, "weights.safetensors"),
      inputs: path.join(folder, "inputs.safetensors"),
    };
    const made = await runChild(
      ownCommand(["inputs", work, files.weights, files.inputs], 1),
      INPUT_SECONDS,
      options.signal,
    );
    if (!made.ok) throw new UserError(`bench: the inputs of "${row.id}" could not be made: ${wordsOf(made)}`);
    return await new RowRun(row, folder, files, absent, columns, options).run();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

class RowRun {
  private readonly cells = new Map<ColumnId, Cell>();
  private readonly agreement = new Map<ColumnId, Agreement>();
  private readonly reports = new Map<ColumnId, Report[]>();

  constructor(
    private readonly row: Row,
    private readonly folder: string,
    private readonly files: Pick<Task, "weights" | "inputs">,
    absent: ReadonlyMap<ColumnId, string>,
    private readonly columns: readonly ColumnId[],
    private readonly options: RowOptions,
  ) {
    for (const column of columns) {
      const reason = absent.get(column);
      if (reason !== undefined) this.cells.set(column, { status: "absent", reason });
    }
  }

  async run(): Promise<RowResult> {
    const reference = this.row.work.kind === "kernel" ? null : await this.check();
    for (let round = 0; round < this.options.rounds; round++) {
      // Neither side always goes first.
      const order = round % 2 === 0 ? this.open() : this.open().reverse();
      for (const column of order) await this.time(column, round);
    }
    const flops = flopsOf(this.row.work);
    for (const column of this.open()) {
      this.cells.set(column, measuredCell(this.reports.get(column)!, flops));
    }
    return this.result(reference, flops);
  }

  /** Columns that nothing speaks against yet. */
  private open(): ColumnId[] {
    return this.columns.filter((column) => !this.cells.has(column));
  }

  /** Computes every column once and compares it with PyTorch's CPU result, else with the first column's. */
  private async check(): Promise<ColumnId | null> {
    const open = this.open();
    const ordered = open.includes("torch") ? ["torch" as const, ...open.filter((name) => name !== "torch")] : open;
    let reference: ColumnId | null = null;
    for (const column of ordered) {
      // Half precision is a peer for its speed alone.
      if (column === "torch-cuda-bf16") continue;
      this.options.onStep(`${column}, result`);
      if ((await this.attempt(column, "check")) === null) continue;
      if (reference === null) {
        reference = column;
        continue;
      }
      const compared = await compareOutputs(this.outputs(reference), this.outputs(column), this.row.tolerance);
      this.agreement.set(column, compared);
      if (!compared.ok) this.cells.set(column, { status: "disagrees", message: compared.problem! });
    }
    return reference;
  }

  private async time(column: ColumnId, round: number): Promise<void> {
    const before = this.reports.get(column) ?? [];
    const first = before[0];
    if (first && (median(first.seconds) > ONE_ROUND_SECONDS || this.isAside(column))) return;
    this.options.onStep(`${column}, round ${round + 1}`);
    const report = await this.attempt(column, "time");
    if (report) this.reports.set(column, [...before, report]);
  }

  /** Whether no target and no ratio of interest hangs on the column: one round is enough to see how fast it is. */
  private isAside(column: ColumnId): boolean {
    return column === "eager" || (this.row.work.kind === "cost" && column.startsWith("torch"));
  }

  /** Runs a process; null where it did not come to its end, which decides the cell. */
  private async attempt(column: ColumnId, mode: Task["mode"]): Promise<Report | null> {
    const { effort, threads, passes, peer, limitSeconds, signal } = this.options;
    const report = path.join(this.folder, `${column}.json`);
    const task: Task = {
      ...effort,
      ...this.files,
      work: this.row.work,
      column,
      mode,
      threads,
      ...(passes ? { passes } : {}),
      report,
      outputs: this.outputs(column),
    };
    const file = path.join(this.folder, "task.json");
    writeFileSync(file, JSON.stringify(task));
    const command = column.startsWith("torch")
      ? peerCommand(peer!.python, [file], threads)
      : ownCommand([file], threads);
    const end = await runChild(command, limitSeconds, signal);
    signal?.throwIfAborted();
    if (end.ok) return JSON.parse(await readFile(report, "utf8")) as Report;
    this.cells.set(column, end.slow ? { status: "slow", limitSeconds } : { status: "failed", message: end.message });
    return null;
  }

  private outputs(column: ColumnId): string {
    return path.join(this.folder, `${column}.safetensors`);
  }

  private result(reference: ColumnId | null, flops: number | null): RowResult {
    const ratios: Partial<Record<ColumnId, number>> = {};
    const measured = (column: ColumnId) => {
      const cell = this.cells.get(column);
      return cell?.status === "measured" ? cell : null;
    };
    const gpuRatios: Partial<Record<ColumnId, number>> = {};
    const [torch, torchOnGpu] = [measured("torch"), measured("torch-cuda")];
    for (const column of this.columns) {
      const cell = measured(column);
      if (torch && cell && column !== "torch") ratios[column] = ratioOf(torch, cell);
      if (torchOnGpu && cell && ON_GPU.includes(column)) gpuRatios[column] = ratioOf(torchOnGpu, cell);
    }
    return {
      id: this.row.id,
      title: this.row.title,
      flops,
      cells: Object.fromEntries(this.columns.map((column) => [column, this.cells.get(column)!])),
      reference,
      tolerance: this.row.tolerance,
      agreement: Object.fromEntries(this.agreement),
      ratios,
      gpuRatios,
    };
  }
}

function wordsOf(end: Extract<ChildEnd, { ok: false }>): string {
  return end.slow ? "it took too long" : end.message;
}
