/** The comparisons of a table: a difference in every column, and one over all columns, with p-values that hold together. */
import { type BootstrapDifference, bootstrapDifference, type PairedRun } from "./bootstrap.js";
import { holm } from "./statistics.js";
import { type CellVerdict, judgeCell } from "./verdict.js";

/** Treatment minus baseline in one column, over the seeds that both have. */
export interface DifferenceCell {
  /** Key of the column. */
  readonly column: string;
  readonly seeds: readonly number[];
  /** Percentage points, with a bootstrap interval and the p-value of a paired t-test; null: no seed has both runs. */
  readonly difference: BootstrapDifference | null;
  /** `difference.p` after Holm's correction over the table's cells; null where that is. */
  readonly pHolm: number | null;
  readonly verdict: CellVerdict;
}

/** Treatment minus baseline, the mean over every column that has both. */
export interface MeanDifference {
  readonly difference: BootstrapDifference | null;
  /** `difference.p` after Holm's correction over the table's comparisons; null where that is. */
  readonly pHolm: number | null;
  readonly verdict: CellVerdict;
}

/** Two rows, by key, and what their runs are in every column of the table. */
export interface PairedRows {
  readonly baseline: string;
  readonly treatment: string;
  readonly columns: readonly { readonly column: string; readonly runs: readonly PairedRun[] }[];
}

export interface ComparedRows {
  readonly baseline: string;
  readonly treatment: string;
  readonly cells: readonly DifferenceCell[];
  readonly mean: MeanDifference;
}

/** Tests comparisons together: Holm's correction is over all their cells, and apart from that over their means. */
export function compareRows(pairs: readonly PairedRows[]): readonly ComparedRows[] {
  const differences = pairs.map(({ columns }) => columns.map(({ runs }) => bootstrapDifference([runs])));
  const means = pairs.map((pair) => meanDifference([pair]));
  const cellPs = holm(differences.flat().map((difference) => difference?.p ?? null));
  const meanPs = holm(means.map((difference) => difference?.p ?? null));
  return pairs.map(({ baseline, treatment, columns }, index) => {
    const before = differences.slice(0, index).flat().length;
    const cells = columns.map(({ column, runs }, at) => {
      const judged = withVerdict(differences[index]![at]!, cellPs[before + at]!);
      return { column, seeds: runs.map(({ seed }) => seed), ...judged };
    });
    return { baseline, treatment, cells, mean: withVerdict(means[index]!, meanPs[index]!) };
  });
}

/** The mean over all comparisons and columns that have runs of both sides, with the seed as the unit. */
export function meanDifference(pairs: readonly PairedRows[]): BootstrapDifference | null {
  const columns = pairs.flatMap((pair) => pair.columns.map(({ runs }) => runs));
  return bootstrapDifference(columns.filter((runs) => runs.length > 0));
}

function withVerdict(difference: BootstrapDifference | null, pHolm: number | null): MeanDifference {
  return { difference, pHolm, verdict: judgeCell(difference, pHolm) };
}
