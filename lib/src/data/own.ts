/** A dataset of the user's own videos: `vghif data new NAME --from FOLDER`. The videos stay where they are. */

import { existsSync, readdirSync, statSync } from "node:fs";
import path from "node:path";
import { UserError } from "../errors.js";
import { readDataset, SPLITS, type StoredDataset, writeDataset } from "./manifest.js";
import { dataFolder, manifestsFolder } from "./manifest-find.js";
import { type OwnScan, type OwnVideo, scanOwn } from "./own-scan.js";
import { countsOf, DEFAULT_SHARES, type SplitShares, splitVideos } from "./own-split.js";
import { checkClassNames, type OwnCount, warningsOf } from "./own-warnings.js";
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
  readonly counts: readonly OwnCount[];
  /** One sentence each: what the user should know before trusting a number. */
  readonly warnings: readonly string[];
}

/**
 * Makes a manifest of a folder's videos in the data folder, at `<data>/<name>`, with the folder as its root. Classes
 * are in alphabetical order. Splits are those of labels.csv or of train/val/test folders, or drawn by seed. A folder of generated
 * videos makes a generated dataset.
 *
 * @throws UserError for a name that is taken, fewer than two classes, a class name that CLIP cannot take, or a bad labels.csv
 */
export async function newOwnDataset(name: string, from: string, options: OwnOptions = {}): Promise<OwnDataset> {
  const { seed = 0, shares = DEFAULT_SHARES, force = false } = options;
  const root = path.resolve(from);
  checkShares(shares);
  checkName(name, force);
  if (statSync(root, { throwIfNoEntry: false })?.isFile()) throw new UserError(`${root} is a file: give its folder`);
  const scan = await scanOwn(root);
  const classes = [...countsOf(scan.videos).keys()].sort((a, b) => (a < b ? -1 : 1));
  if (classes.length < 2) {
    throw new UserError(`${root}: all videos are of one class, "${classes[0]}": a dataset needs two or more`);
  }
  const named = await checkClassNames(classes);
  const drawn = scan.videos[0]?.split === null;
  if (!drawn) checkGroups(root, scan.videos);
  const splitOf = drawn
    ? splitVideos(scan.videos, shares, seed)
    : new Map(scan.videos.map((video) => [video.path, video.split ?? "train"]));
  const dataset: StoredDataset = {
    name,
    title: name,
    kind: isGenerated(root) ? "generated" : "user",
    source: `${MADE_BY}${name} --seed ${seed}`,
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
  return { dataset: { ...dataset, folder }, scan, counts, warnings: [...named, ...warningsOf(counts, scan)] };
}

/** How the source of what this makes begins. */
const MADE_BY = "made by: vghif data new ";

function checkShares({ val, test }: SplitShares): void {
  if (val >= 0 && test >= 0 && val + test < 1) return;
  throw new UserError(`the shares of val (${val}) and test (${test}) must be at least 0 and together below 1`);
}

function checkName(name: string, force: boolean): void {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) {
    throw new UserError(`"${name}" cannot name a dataset: use letters, digits, dots, dashes and underscores`);
  }
  if (reserved().some((taken) => [taken, `${taken}-1`, `${taken}-2`, `${taken}-3`].includes(name.toLowerCase()))) {
    throw new UserError(`"${name}" is the name of a dataset of the project: choose another`);
  }
  const folder = path.join(dataFolder(), name);
  if (!existsSync(path.join(folder, "dataset.json"))) return;
  if (!force)
    throw new UserError(`there is a dataset "${name}" already, in ${folder}: choose another name, or --force`);
  if (!readDataset(folder).source.startsWith(MADE_BY))
    throw new UserError(`"${name}" was not made by \`data new\`: choose another`);
}

/** Names whose numbers would pass for those of the paper's datasets. */
function reserved(): readonly string[] {
  const shipped = existsSync(manifestsFolder()) ? readdirSync(manifestsFolder()) : [];
  return ["kinetics-400", "mini-kinetics-200", "hmdb51", "ucf101", ...shipped];
}

/** Whether the folder is, or is inside, the root of a generated dataset: what is made of it must say so. */
function isGenerated(root: string): boolean {
  const above = [root, path.dirname(root), path.dirname(path.dirname(root))];
  const folder = above.find((candidate) => existsSync(path.join(candidate, "dataset.json")));
  return folder !== undefined && readDataset(folder).kind === "generated";
}

/** Throws where a given group is in two given splits. */
function checkGroups(root: string, videos: readonly OwnVideo[]): void {
  const first = new Map<string, OwnVideo>();
  for (const video of videos) {
    if (video.group === null) continue;
    const other = first.get(video.group) ?? video;
    if (other.split !== video.split) {
      throw new UserError(
        `${root}: group "${video.group}" is in two splits ("${other.path}" in ${other.split}, "${video.path}" in ` +
          `${video.split}): put it into one, or leave the group empty where the videos have nothing in common`,
      );
    }
    first.set(video.group, other);
  }
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
