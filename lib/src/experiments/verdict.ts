/** What the numbers say about the paper's claim, whichever way it goes. Judged by the 95 % interval (statistics.ts). */
import { pValue, signed, signedInterval } from "./format.js";
import { holm, type PairedDifference, pairedDifference } from "./statistics.js";
import type { GroupResult } from "./table-result.js";

/**
 * `better`, `worse`: the interval leaves out 0. `undecided`: it holds 0, or there is no interval (one seed, or the same
 * difference for every seed). `not run`: no seed has both runs.
 */
export type CellVerdict = "better" | "worse" | "undecided" | "not run";

/** About the claim as a whole. */
export type Finding = "supported" | "contradicted" | "undecided" | "not run";

export interface TableVerdict {
  readonly finding: Finding;
  /** Difference of the means over all columns, seed by seed; null where no seed has every column that was run. */
  readonly difference: PairedDifference | null;
  /** Cells by their own verdict. */
  readonly cells: Readonly<Record<CellVerdict, number>>;
  /** Smallest Holm-corrected p-value of the cells; null where none was tested. */
  readonly smallestP: number | null;
  /** The whole in one line of text. */
  readonly line: string;
}

/** Judges one difference by its own interval, uncorrected for the number of cells. */
export function judgeCell(difference: PairedDifference | null): CellVerdict {
  if (difference === null) return "not run";
  if (difference.interval === null) return "undecided";
  const [low, high] = difference.interval;
  if (low > 0) return "better";
  return high < 0 ? "worse" : "undecided";
}

/**
 * Judges a whole table by one test: the paired difference of the means over its columns, with the seed as the unit
 * (cells of one seed share their shots, so they are not independent). The cells' own verdicts are counted beside it.
 */
export function judgeTable(groups: readonly GroupResult[], claim: string): TableVerdict {
  const cells = { better: 0, worse: 0, undecided: 0, "not run": 0 };
  const differences = groups.flatMap((group) => group.comparisons.flatMap((comparison) => comparison.cells));
  for (const { verdict } of differences) cells[verdict] += 1;
  const tested = holm(differences.map((cell) => cell.difference?.p ?? null)).filter((p) => p !== null);
  const difference = overallDifference(groups);
  const finding = FINDINGS[judgeCell(difference)];
  return {
    finding,
    difference,
    cells,
    smallestP: tested.length > 0 ? Math.min(...tested) : null,
    line: verdictLine(claim, finding, difference, cells),
  };
}

const FINDINGS: Readonly<Record<CellVerdict, Finding>> = {
  better: "supported",
  worse: "contradicted",
  undecided: "undecided",
  "not run": "not run",
};

function overallDifference(groups: readonly GroupResult[]): PairedDifference | null {
  const baselines: Map<number, number>[] = [];
  const treatments: Map<number, number>[] = [];
  for (const { rows, comparisons } of groups) {
    for (const { baseline, treatment, cells } of comparisons) {
      for (const { column } of cells.filter((cell) => cell.difference !== null)) {
        baselines.push(valuesBySeed(rows, baseline, column));
        treatments.push(valuesBySeed(rows, treatment, column));
      }
    }
  }
  const maps = [...baselines, ...treatments];
  const seeds = [...(maps[0]?.keys() ?? [])].filter((seed) => maps.every((values) => values.has(seed)));
  if (seeds.length === 0) return null;
  return pairedDifference(
    seeds.map((seed) => meanAt(baselines, seed)),
    seeds.map((seed) => meanAt(treatments, seed)),
  );
}

function valuesBySeed(rows: GroupResult["rows"], key: string, column: string): Map<number, number> {
  const cell = rows.find((row) => row.key === key)?.cells.find((found) => found.column === column);
  return new Map(cell?.seeds.map((seed, index) => [seed, cell.values[index]!]));
}

function meanAt(columns: readonly Map<number, number>[], seed: number): number {
  return columns.reduce((sum, values) => sum + values.get(seed)!, 0) / columns.length;
}

function verdictLine(
  claim: string,
  finding: Finding,
  difference: PairedDifference | null,
  cells: TableVerdict["cells"],
): string {
  if (difference === null) return `VERDICT: "${claim}": not run, no seed has both sides.`;
  const judged = {
    supported: "these runs support it",
    contradicted: "these runs contradict it",
    undecided: "these runs do not decide it",
    "not run": "not run",
  }[finding];
  const seeds = `${difference.n} ${difference.n === 1 ? "seed" : "seeds"}`;
  const interval =
    difference.interval === null || difference.p === null
      ? `no interval: ${difference.n === 1 ? "one seed says nothing about spread" : "every seed gives the same difference"}`
      : `95 % interval ${signedInterval(difference.interval)}, ${pValue(difference.p)}`;
  const counts = `${cells.better} better, ${cells.worse} worse, ${cells.undecided} undecided`;
  const notRun = cells["not run"] > 0 ? `, ${cells["not run"]} not run` : "";
  return `VERDICT: "${claim}": ${judged}: mean difference ${signed(difference.mean)} points (${interval}; ${seeds}); cells by their own interval: ${counts}${notRun}.`;
}
