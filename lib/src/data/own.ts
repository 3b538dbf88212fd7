/** A dataset of the user's own videos: `vghif data new NAME --from FOLDER`. The videos stay where they are. */

import { existsSync } from "node:fs";
import path from "node:path";
import { UserError } from "../errors.js";
import { readDataset, SPLITS, type StoredDataset, writeDataset } from "./manifest.js";
import { dataFolder, manifestsFolder } from "./manifest-find.js";
import { type OwnScan, type OwnVideo, scanOwn } from "./own-scan.js";
import { countsOf, DEFAULT_SHARES, type SplitShares, splitVideos } from "./own-split.js";
import type { Sample, SplitName } from "./types.js";

export interface OwnOptions {
  /** Default 0. */
  readonly seed?: number;
  readonly shares?: SplitShares;
  /** Replaces a dataset of that name that `vghif data new` made; default false. */
  readonly force?: boolean;
}

export interface OwnDataset {
  readonly dataset: StoredDataset;
  readonly scan: OwnScan;
  /** Videos of each class in each split, in label order. */
  readonly counts: readonly (Readonly<Record<SplitName, number>> & { readonly className: string })[];
  /** One sentence each: what the user should know before trusting a number. */
  readonly warnings: readonly string[];
}

/**
 * Makes a manifest of a folder's videos in the data folder, at `<data>/<name>`, with the folder as its root. Classes
 * are in alphabetical order. Splits are those of labels.csv or of train/val/test folders, or drawn by seed.
 * Throws a UserError for a name that is taken, fewer than two classes, or a bad labels.csv.
 */
export function newOwnDataset(name: string, from: string, options: OwnOptions = {}): OwnDataset {
  const { seed = 0, shares = DEFAULT_SHARES, force = false } = options;
  const root = path.resolve(from);
  checkShares(shares);
  checkName(name, force);
  const scan = scanOwn(root);
  const classes = [...countsOf(scan.videos).keys()].sort((a, b) => (a < b ? -1 : 1));
  if (classes.length < 2) {
    throw new UserError(`${root}: all videos are of one class, "${classes[0]}": a dataset needs two or more`);
  }
  const drawn = scan.videos[0]?.split === null;
  const splitOf = drawn
    ? splitVideos(scan.videos, shares, seed)
    : new Map(scan.videos.map((video) => [video.path, video.split ?? "train"]));
  const dataset: StoredDataset = {
    name,
    title: name,
    kind: "user",
    source: `made by: vghif data new ${name} --seed ${seed}`,
    licence: "not stated",
    notes:
      `Classes from ${scan.basis}; ${scan.videos.length} videos, ${scan.skipped.length} skipped; ` +
      (drawn ? `splits drawn with seed ${seed}, test ${shares.test}, val ${shares.val}.` : "splits as given."),
    classes,
    splits: splitsOf(scan.videos, classes, splitOf),
    root,
  };
  const folder = path.join(dataFolder(), name);
  writeDataset(folder, dataset);
  const counts = classes.map((className, label) => ({
    className,
    train: countIn(dataset, "train", label),
    val: countIn(dataset, "val", label),
    test: countIn(dataset, "test", label),
  }));
  return { dataset: { ...dataset, folder }, scan, counts, warnings: warningsOf(counts, scan) };
}

function checkShares({ val, test }: SplitShares): void {
  if (val >= 0 && test >= 0 && val + test < 1) return;
  throw new UserError(`the shares of val (${val}) and test (${test}) must be at least 0 and together below 1`);
}

function checkName(name: string, force: boolean): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) {
    throw new UserError(`"${name}" cannot name a dataset: use letters, digits, dots, dashes and underscores`);
  }
  if (existsSync(path.join(manifestsFolder(), name))) {
    throw new UserError(`"${name}" is the name of a dataset of the project: choose another`);
  }
  const folder = path.join(dataFolder(), name);
  if (!existsSync(path.join(folder, "dataset.json"))) return;
  if (!force)
    throw new UserError(`there is a dataset "${name}" already, in ${folder}: choose another name, or --force`);
  if (readDataset(folder).kind !== "user")
    throw new UserError(`"${name}" was not made by \`data new\`: choose another`);
}

/** A split that gets no video is left out. */
function splitsOf(
  videos: readonly OwnVideo[],
  classes: readonly string[],
  splitOf: ReadonlyMap<string, SplitName>,
): StoredDataset["splits"] {
  const labelOf = new Map(classes.map((className, label) => [className, label]));
  const splits: Partial<Record<SplitName, Sample[]>> = {};
  for (const split of SPLITS) {
    const samples = videos
      .filter((video) => splitOf.get(video.path) === split)
      .map(({ path: file, className, group }) => {
        const label = labelOf.get(className) ?? -1;
        return { path: file, label, ...(group === null ? {} : { group }) };
      })
      .sort((a, b) => a.label - b.label || (a.path < b.path ? -1 : 1));
    if (samples.length > 0) splits[split] = samples;
  }
  return splits;
}

function countIn(dataset: StoredDataset, split: SplitName, label: number): number {
  return dataset.splits[split]?.filter((sample) => sample.label === label).length ?? 0;
}

function warningsOf(counts: OwnDataset["counts"], scan: OwnScan): string[] {
  const warnings: string[] = [];
  const named = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(", ");
  const untested = counts.filter(({ test }) => test === 0).map(({ className }) => className);
  const untrained = counts.filter(({ train }) => train === 0).map(({ className }) => className);
  if (untested.length > 0) {
    warnings.push(`no test video of ${named(untested)}: one video or one group only; its accuracy cannot be measured`);
  }
  if (untrained.length > 0) warnings.push(`no training video of ${named(untrained)}: only zero-shot runs work`);
  const least = Math.min(...counts.map(({ train }) => train));
  if (least > 0 && least < 16) {
    const at = counts.filter(({ train }) => train === least).map(({ className }) => className);
    warnings.push(
      `few-shot runs work up to ${least} shot${least === 1 ? "" : "s"}: ${named(at.slice(0, 5))} has no more`,
    );
  }
  const reasons = new Map<string, string[]>();
  for (const { path: file, reason } of scan.skipped) reasons.set(reason, [...(reasons.get(reason) ?? []), file]);
  for (const [reason, files] of reasons) {
    const more = files.length > 5 ? `, ... (${files.length - 5} more)` : "";
    warnings.push(`${files.length} skipped, ${reason}: ${files.slice(0, 5).join(", ")}${more}`);
  }
  return warnings;
}
