/** What `prepare` found out about a dataset's videos. */
import { SPLITS } from "../manifest.js";
import type { Dataset, SplitName } from "../types.js";
import { type IndexEntry, indexFile } from "./index-file.js";
import type { Problem } from "./scan.js";

/** Samples whose videos have the same content. */
export interface Duplicate {
  readonly hash: string;
  /** Their paths in the lists, in the lists' order. */
  readonly paths: readonly string[];
}

/** The same content on both sides of a split: a score on the one says too much about the other. */
export interface Leak extends Duplicate {
  readonly splits: readonly SplitName[];
}

export interface DatasetReport {
  readonly name: string;
  /** The index's file, absolute. */
  readonly index: string;
  readonly splits: Readonly<Partial<Record<SplitName, { readonly listed: number; readonly found: number }>>>;
  /** Classes of which no video was found. */
  readonly emptyClasses: readonly string[];
  readonly leaks: readonly Leak[];
  /** Same content, different labels: one of them is wrong. */
  readonly conflicts: readonly Duplicate[];
}

export interface Broken {
  /** The sample's path in the lists. */
  readonly path: string;
  /** Where it is below the root. */
  readonly video: string;
  readonly reason: string;
}

export interface PrepareReport {
  /** Absolute. */
  readonly root: string;
  /** One a split of the official lists; else one. */
  readonly datasets: readonly DatasetReport[];
  /** Of all lists together, each video once. */
  readonly listed: number;
  readonly found: number;
  readonly kinds: Readonly<Record<"file" | "tar" | "frames", number>>;
  readonly missing: readonly string[];
  readonly extra: readonly Problem[];
  readonly corrupt: readonly Broken[];
  /** Videos that decode in part; only decoding all frames (`deep`) shows them. */
  readonly damaged: readonly Broken[];
  readonly duplicates: readonly Duplicate[];
  /** What is below the root and cannot be used. */
  readonly problems: readonly Problem[];
  /** About the lists: what is good to know, and what is probably wrong. */
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
  /** Videos read by this run, and those that it knew already. */
  readonly probed: number;
  readonly known: number;
  readonly seconds: number;
}

/** Groups of two or more samples with one content, in the order of the first. Empty and unreadable videos are left out. */
export function duplicatesAmong(entries: Iterable<IndexEntry>): Duplicate[] {
  const byHash = new Map<string, string[]>();
  for (const { path, hash, bytes } of entries) {
    if (hash === null || bytes === 0) continue;
    const same = byHash.get(hash);
    if (same) same.push(path);
    else byHash.set(hash, [path]);
  }
  return [...byHash].filter(([, paths]) => paths.length > 1).map(([hash, paths]) => ({ hash, paths }));
}

/** The report of one dataset, given the videos found of it and what is there twice. */
export function reportOf(
  dataset: Dataset,
  found: ReadonlyMap<string, unknown>,
  duplicates: readonly Duplicate[],
): DatasetReport {
  const splits: Partial<Record<SplitName, { listed: number; found: number }>> = {};
  const splitOf = new Map<string, SplitName>();
  const labelOf = new Map<string, number>();
  const labels = new Set<number>();
  for (const split of SPLITS) {
    const samples = dataset.splits[split];
    if (!samples) continue;
    splits[split] = { listed: samples.length, found: samples.filter(({ path }) => found.has(path)).length };
    for (const { path, label } of samples) {
      splitOf.set(path, split);
      labelOf.set(path, label);
      if (found.has(path)) labels.add(label);
    }
  }
  const own = duplicates
    .map(({ hash, paths }) => ({ hash, paths: paths.filter((path) => splitOf.has(path)) }))
    .filter(({ paths }) => paths.length > 1);
  const sides = (paths: readonly string[]): SplitName[] => [...new Set(paths.map((path) => splitOf.get(path)!))];
  return {
    name: dataset.name,
    index: indexFile(dataset.name),
    splits,
    emptyClasses: dataset.classes.filter((_, label) => !labels.has(label)),
    leaks: own.map((one) => ({ ...one, splits: sides(one.paths) })).filter((one) => one.splits.length > 1),
    conflicts: own.filter(({ paths }) => new Set(paths.map((path) => labelOf.get(path))).size > 1),
  };
}
