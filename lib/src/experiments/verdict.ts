/** What the numbers say about the paper's claim, whichever way it goes. */
import type { BootstrapDifference } from "./bootstrap.js";
import type { ComparedRows, MeanDifference } from "./compare.js";
import { pValue, signed, signedInterval } from "./format.js";
import type { PairedDifference } from "./statistics.js";

/**
 * `better`, `worse`: the p-value, after Holm's correction, is below 0.05 and the interval leaves out 0. `undecided`: else, or
 * there is no interval (one seed, or the same difference for every seed). `not run`: no seed has both runs.
 */
export type CellVerdict = "better" | "worse" | "undecided" | "not run";

/** About the claim as a whole. */
export type Finding = "supported" | "contradicted" | "undecided" | "not run";

/** One comparison, by its mean over the columns. */
export interface ComparisonVerdict extends MeanDifference {
  /** Keys of the rows. */
  readonly baseline: string;
  readonly treatment: string;
  /** "CLIP + VgHIF against CLIP". */
  readonly label: string;
  /** The whole in one line of text. */
  readonly line: string;
}

export interface TableVerdict {
  /**
   * With one comparison, that one's. With several: `supported` where every one is better, `contradicted` where one is worse,
   * `not run` where none has runs.
   */
  readonly finding: Finding;
  /** Difference of the means over all comparisons and columns, seed by seed; null where no seed has every cell that was run. */
  readonly difference: BootstrapDifference | null;
  /** Cells by their own verdict. */
  readonly cells: Readonly<Record<CellVerdict, number>>;
  /** Smallest Holm-corrected p-value of the cells; null where none was tested. */
  readonly smallestP: number | null;
  /** What every comparison says about the claim, as declared. */
  readonly comparisons: readonly (ComparisonVerdict & { readonly finding: Finding })[];
  /** Every other treatment against the table's reference row, such as an ablation's default; none without one. */
  readonly references: readonly ComparisonVerdict[];
  /** The whole in one line of text. */
  readonly line: string;
}

/** Level of the tests. */
export const ALPHA = 0.05;

/** @param p the difference's p-value after correction for the others it is read with. Default: its own, uncorrected */
export function judgeCell(difference: PairedDifference | null, p: number | null = difference?.p ?? null): CellVerdict {
  if (difference === null) return "not run";
  if (difference.interval === null || p === null || p >= ALPHA) return "undecided";
  const [low, high] = difference.interval;
  if (low > 0) return "better";
  return high < 0 ? "worse" : "undecided";
}

export interface Judged {
  readonly claim: string;
  readonly compared: readonly ComparedRows[];
  readonly references: readonly ComparedRows[];
  /** Over all comparisons. */
  readonly difference: BootstrapDifference | null;
  /** What the reader calls a row. */
  readonly labelOf: (row: string) => string;
}

/** Judges every comparison, and the table by them. */
export function judgeTable({ claim, compared, references, difference, labelOf }: Judged): TableVerdict {
  const cells = { better: 0, worse: 0, undecided: 0, "not run": 0 };
  const all = compared.flatMap((rows) => rows.cells);
  for (const { verdict } of all) cells[verdict] += 1;
  const tested = all.flatMap(({ pHolm }) => (pHolm === null ? [] : [pHolm]));
  const comparisons = compared.map((rows) => ({
    ...comparisonVerdict(rows, labelOf(rows.treatment), labelOf(rows.baseline)),
    finding: FINDINGS[rows.mean.verdict],
  }));
  const finding = overall(comparisons.map((comparison) => comparison.finding));
  return {
    finding,
    difference,
    cells,
    smallestP: tested.length > 0 ? Math.min(...tested) : null,
    comparisons,
    references: references.map((rows) => comparisonVerdict(rows, labelOf(rows.treatment), "the default")),
    line: verdictLine(claim, finding, difference, comparisons, cells),
  };
}

const FINDINGS: Readonly<Record<CellVerdict, Finding>> = {
  better: "supported",
  worse: "contradicted",
  undecided: "undecided",
  "not run": "not run",
};

/** The claim is about each comparison. */
function overall(findings: readonly Finding[]): Finding {
  if (findings.every((finding) => finding === "not run")) return "not run";
  if (findings.includes("contradicted")) return "contradicted";
  return findings.every((finding) => finding === "supported") ? "supported" : "undecided";
}

function comparisonVerdict(
  { baseline, treatment, mean }: ComparedRows,
  treated: string,
  base: string,
): ComparisonVerdict {
  const label = `${treated} against ${base}`;
  const { difference, pHolm, verdict } = mean;
  const found = difference === null ? "" : `: ${numbers(difference, pHolm, "Holm ")}`;
  return { baseline, treatment, label, ...mean, line: `${label}: ${verdict}${found}.` };
}

function verdictLine(
  claim: string,
  finding: Finding,
  difference: BootstrapDifference | null,
  comparisons: readonly ComparisonVerdict[],
  cells: TableVerdict["cells"],
): string {
  if (difference === null) return `VERDICT: "${claim}": not run, no seed has both sides.`;
  const judged = {
    supported: "these runs support it",
    contradicted: "these runs contradict it",
    undecided: "these runs do not decide it",
    "not run": "not run",
  }[finding];
  const each = { better: 0, worse: 0, undecided: 0, "not run": 0 };
  for (const { verdict } of comparisons) each[verdict] += 1;
  const several = comparisons.length > 1 ? `${comparisons.length} comparisons: ${counts(each)}; ` : "";
  return `VERDICT: "${claim}": ${judged}: ${several}mean difference ${numbers(difference, difference.p)}; cells: ${counts(cells)}.`;
}

/** "+0.6 points (95 % interval −0.8 to +1.9, p = 0.326; 5 seeds)". */
function numbers(difference: BootstrapDifference, p: number | null, correction = ""): string {
  const seeds = `${difference.n} ${difference.n === 1 ? "seed" : "seeds"}`;
  const interval =
    difference.interval === null || p === null
      ? `no interval: ${difference.n === 1 ? "one seed says nothing about spread" : "every seed gives the same difference"}`
      : `95 % interval ${signedInterval(difference.interval)}, ${correction}${pValue(p)}`;
  return `${signed(difference.mean)} points (${interval}; ${seeds})`;
}

function counts(verdicts: Readonly<Record<CellVerdict, number>>): string {
  const notRun = verdicts["not run"] > 0 ? `, ${verdicts["not run"]} not run` : "";
  return `${verdicts.better} better, ${verdicts.worse} worse, ${verdicts.undecided} undecided${notRun}`;
}
