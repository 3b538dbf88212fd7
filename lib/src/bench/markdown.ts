/** The benchmark's page. */
import type { BenchResult, Cell, RowResult, Target } from "./result.js";
import { COLUMN_TITLES, type ColumnId } from "./task.js";

/** Everything a reader needs to judge the numbers, from the result alone. */
export function benchMarkdown(result: BenchResult): string {
  const { quick, warnings, rows, targets } = result;
  const costs = rows.filter((row) => measuredCells(row).some(([, cell]) => cell.overheadPercent !== null));
  const sections = [
    `# Benchmark${quick ? " (QUICK: form only)" : ""}`,
    ...warnings.map((warning) => `> **${escaped(warning)}**`),
    setting(result),
    "## Time of one run, median",
    timeTable(rows),
    notes(rows),
    ...(targets.length > 0 ? ["## Targets", targetTable(targets)] : []),
    ...(costs.length > 0 ? ["## VgHIF's own cost on top of its baseline's forward", costTable(costs)] : []),
    "## Every cell",
    cellTable(rows),
    "## Agreement",
    AGREEMENT,
    agreementTable(rows),
    "## How it is measured",
    METHOD,
    ...peerBuild(result),
  ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

const AGREEMENT =
  "Before any clock starts, every column computes the row once from the same weights and inputs (random, in files that both " +
  "sides read), and its outputs are compared with PyTorch's. Training steps compare the losses before the first three " +
  "updates and every parameter's first moment after the first (a tenth of its gradient; at most 4096 values of each). A " +
  "column that disagrees is not timed.";

const METHOD = [
  "* Every cell runs in a process of its own; ours and PyTorch take turns in rounds, the order turning too. A process warms " +
    "up twice (once where that takes over 3 s) and then measures for 2.5 s and 3 runs (at most 7.5 s). Measured in the first " +
    "round alone: columns that take over 10 s a run, eager wasm, and PyTorch in the rows of VgHIF's own cost. A run that " +
    "takes longer than its limit (60 s) is not waited for.",
  "* A run goes from values in memory to values in memory: on a GPU, upload and download count. Starting, loading weights and " +
    "compiling do not count; they are in the column set-up.",
  "* Ratios are PyTorch's time over ours: the median over rounds of the ratio of the round's medians. Above 1 is faster " +
    "than PyTorch.",
  "* Both sides use the same number of threads (the WebAssembly backend takes at most 4). PyTorch runs without gradients " +
    "and in eval mode for forward rows, its modules as official CLIP builds them (nn.MultiheadAttention, nn.LayerNorm, " +
    "sequence first), AdamW from torch.optim; CUDA fp32 is without TF32, bf16 is autocast.",
  "* GFLOP/s count matrix products alone. Peak memory is what was resident at most in the process that did the work.",
  "* Decoding and the kernel's start are no matter of tensors: ours stand in the column compiled CPU. Ours decodes by FFmpeg " +
    "in the process, one thread a video; the peer by PyAV, else OpenCV, with as many threads as the other rows.",
].join("\n");

function setting({ date, host, versions, threads, rounds, passes, peer, seconds }: BenchResult): string {
  const gib = (host.memoryBytes / 2 ** 30).toFixed(0);
  const ours = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const lines = [
    `${date.slice(0, 10)}, ${host.processor}, ${host.cores} cores, ${gib} GiB, ${host.platform}, Node ${host.node}; ` +
      `**${threads} ${threads === 1 ? "thread" : "threads"} on both sides**, ${rounds} ${rounds === 1 ? "round" : "rounds"}, ${minutes(seconds)} in all, ` +
      `load average ${host.load.toFixed(2)} at the start.`,
    `Ours: ${ours.join(", ")}; optimiser passes: ${passes === null ? "default" : passes.join(", ") || "none"}.`,
  ];
  if (peer) {
    const { torchVersion, pythonVersion, blas, matmulGflops, cuda, video } = peer;
    lines.push(
      `Peer: PyTorch ${torchVersion} on Python ${pythonVersion}, ${peer.threads} threads, BLAS: ` +
        `${blas.join(", ") || "built in"}, its own matmul 1576 x 768 x 3072 at ${matmulGflops.toFixed(0)} GFLOP/s; ` +
        `CUDA: ${cuda ?? "none"}; video: ${video ?? "none"}.`,
    );
  }
  return lines.join("\n");
}

function timeTable(rows: readonly RowResult[]): string {
  const columns = columnsOf(rows);
  const compared = columns.filter((column) => rows.some((row) => row.ratios[column] !== undefined));
  const ratio = (row: RowResult, column: ColumnId): string => {
    const value = row.ratios[column];
    return value === undefined ? "" : value.toFixed(2);
  };
  const heads = [
    "row",
    ...columns.map((column) => COLUMN_TITLES[column]),
    ...compared.map((column) => `PyTorch CPU / ${COLUMN_TITLES[column]}`),
  ];
  const body = rows.map((row) => [
    `**${row.id}** ${row.title}`,
    ...columns.map((column) => short(row.cells[column])),
    ...compared.map((column) => ratio(row, column)),
  ]);
  return table(heads, body);
}

function short(cell: Cell | undefined): string {
  if (!cell) return "";
  switch (cell.status) {
    case "measured":
      return `${digits(cell.seconds.median)} s`;
    case "slow":
      return `> ${cell.limitSeconds} s`;
    default:
      return cell.status;
  }
}

/** Why cells have no number, each reason once. */
function notes(rows: readonly RowResult[]): string {
  const places = new Map<string, string[]>();
  for (const row of rows) {
    for (const [column, cell] of cellsOf(row)) {
      if (cell.status === "measured" || cell.status === "slow") continue;
      const why = `${COLUMN_TITLES[column]} ${cell.status}: ${cell.status === "absent" ? cell.reason : cell.message}`;
      places.set(why, [...(places.get(why) ?? []), row.id]);
    }
  }
  return [...places]
    .map(([why, ids]) => `* ${escaped(why)} (${ids.length === rows.length ? "all rows" : ids.join(", ")})`)
    .join("\n");
}

function targetTable(targets: readonly Target[]): string {
  const body = targets.map(({ row, what, wanted, value, met }) => [
    row,
    what,
    wanted,
    value === null ? "not measured" : value.toFixed(2),
    met === null ? "" : met ? "met" : "**missed**",
  ]);
  return table(["row", "what", "target", "measured", ""], body);
}

function costTable(rows: readonly RowResult[]): string {
  const body = rows.flatMap((row) =>
    measuredCells(row).map(([column, cell]) => [
      `**${row.id}** ${row.title}`,
      COLUMN_TITLES[column],
      `${cell.overheadPercent!.toFixed(1)} %`,
      `${digits(cell.seconds.median)} s`,
      String(cell.seconds.n),
    ]),
  );
  return table(["row", "column", "cost", "with VgHIF", "pairs"], body);
}

function cellTable(rows: readonly RowResult[]): string {
  const body = rows.flatMap((row) =>
    measuredCells(row).map(([column, { seconds, gflops, peakBytes, setupSeconds }]) => [
      row.id,
      COLUMN_TITLES[column],
      digits(seconds.median),
      digits(seconds.min),
      digits(seconds.max),
      String(seconds.n),
      gflops === null ? "" : gflops.toFixed(gflops < 10 ? 1 : 0),
      `${(peakBytes / 2 ** 30).toFixed(2)} GiB`,
      `${setupSeconds.toFixed(1)} s`,
      row.ratios[column]?.toFixed(2) ?? "",
    ]),
  );
  const heads = [
    "row",
    "column",
    "median s",
    "min",
    "max",
    "n",
    "GFLOP/s",
    "peak memory",
    "set-up",
    "PyTorch CPU / this",
  ];
  return table(heads, body);
}

function agreementTable(rows: readonly RowResult[]): string {
  const body = rows.flatMap(({ id, agreement, reference, tolerance }) =>
    Object.entries(agreement).map(([column, { maxAbs, tensor, maxRelative, scale, values, ok }]) => [
      id,
      `${COLUMN_TITLES[column as ColumnId]} against ${COLUMN_TITLES[reference!]}`,
      maxAbs.toExponential(1),
      tensor,
      scale.toPrecision(3),
      `${maxRelative.toExponential(1)} of ${tolerance}`,
      String(values),
      ok ? "agrees" : "**DISAGREES**",
    ]),
  );
  if (body.length === 0) return "Nothing to compare: only one side is here.";
  const heads = ["row", "who", "max abs difference", "in", "largest value", "relative, of allowed", "values", ""];
  return table(heads, body);
}

function peerBuild({ peer }: BenchResult): string[] {
  if (!peer) return [];
  const build = `${peer.config.trim()}\n\n${peer.parallelInfo.trim()}`;
  return [`## The peer's build\n\n\`\`\`text\n${build}\n\`\`\``];
}

function columnsOf(rows: readonly RowResult[]): ColumnId[] {
  const all = Object.keys(COLUMN_TITLES) as ColumnId[];
  return all.filter((column) => rows.some(({ cells }) => cells[column]));
}

function cellsOf({ cells }: RowResult): [ColumnId, Cell][] {
  return Object.entries(cells) as [ColumnId, Cell][];
}

function measuredCells(row: RowResult) {
  return cellsOf(row).flatMap(([column, cell]) => (cell.status === "measured" ? [[column, cell] as const] : []));
}

/** Three significant digits, and no exponent. */
function digits(seconds: number): string {
  return seconds >= 100 ? seconds.toFixed(0) : seconds >= 0.001 ? seconds.toPrecision(3) : seconds.toFixed(6);
}

function minutes(seconds: number): string {
  return seconds < 120 ? `${seconds.toFixed(0)} s` : `${(seconds / 60).toFixed(1)} min`;
}

const escaped = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

function table(heads: readonly string[], body: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(escaped).join(" | ")} |`;
  const rule = `| ${heads.map((_, at) => (at === 0 ? "---" : "---:")).join(" | ")} |`;
  return [line(heads), rule, ...body.map(line)].join("\n");
}
