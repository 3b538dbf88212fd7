/** One split of a dataset as an importer gives it, and the order of its samples. */
import type { Sample, SplitName } from "../types.js";

export interface ImportedSplit {
  /** What it is stored as: the dataset's name, with `-<split>` where there are several official splits. */
  readonly name: string;
  readonly splits: Readonly<Partial<Record<SplitName, readonly Sample[]>>>;
  /** Published few-shot lists, by name ("vifi-clip-16"). */
  readonly fewShot?: Readonly<Record<string, readonly Sample[]>>;
  /** The lists it comes from, in words. */
  readonly from: string;
}

/** Samples by label, then path: the same list whatever the order of its source. */
export function inOrder(samples: readonly Sample[]): readonly Sample[] {
  return [...samples].sort((a, b) => a.label - b.label || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}
