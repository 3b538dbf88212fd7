/**
 * A dataset's manifest: a folder with
 *   dataset.json   name, title, kind, source, licence; optional notes, and root (where the videos are)
 *   classes.csv    id,name
 *   train.csv, val.csv, test.csv   path,label,group; a split that does not exist has no file
 *   few-shot/<name>.csv   the same, for published few-shot lists, such as vifi-clip-16
 * `dataset.json` is written last: a folder without it is no dataset.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { UserError } from "../errors.js";
import { writeFileWhole } from "../files.js";
import { formatCsv, readText } from "./csv.js";
import { parseClasses, parseSamples, pathFault, streamSamples } from "./manifest-csv.js";
import type { Dataset, Sample, SplitName } from "./types.js";

export const SPLITS = ["train", "val", "test"] as const satisfies readonly SplitName[];

/** A dataset with what its manifest says beyond the data itself. */
export interface StoredDataset extends Dataset {
  /** The manifest's folder, absolute; absent in one that was never stored. */
  readonly folder?: string;
  /** Where the videos are: absolute, or relative to the manifest's folder. Absent: the data folder's `<name>`. */
  readonly root?: string;
  /** Anything the reader should know: counts, seed, what was left out. */
  readonly notes?: string;
  /** Published few-shot training lists by name ("vifi-clip-16": 16 videos a class), apart from val and test. */
  readonly fewShot?: Readonly<Record<string, readonly Sample[]>>;
}

const header = z.object({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, "letters, digits, dots, dashes and underscores only"),
  title: z.string().min(1),
  kind: z.enum(["generated", "real", "user"]),
  source: z.string(),
  licence: z.string(),
  notes: z.string().optional(),
  root: z.string().min(1).optional(),
});

/** Every list of a dataset with the split that its videos are of: the splits, and few-shot lists, which are for training. */
export function sampleLists({ splits, fewShot = {} }: StoredDataset): (readonly [SplitName, readonly Sample[]])[] {
  const ofSplits = SPLITS.map((split) => [split, splits[split] ?? []] as const);
  return [...ofSplits, ...Object.values(fewShot).map((samples) => ["train", samples] as const)];
}

/** Reads and checks a manifest's folder. Throws a UserError that names the file, the line and the fault. */
export function readDataset(folder: string): StoredDataset {
  const { head, classes, lists } = openManifest(folder);
  const samples = lists.map(({ file, what }) => parseSamples(file, readText(file, what), classes));
  return assemble(head, classes, lists, samples);
}

/** As `readDataset`, but lists are read a piece at a time, so that other work goes on: for manifests of any size. */
export async function loadDataset(folder: string, signal?: AbortSignal): Promise<StoredDataset> {
  const { head, classes, lists } = openManifest(folder);
  const samples: Sample[][] = [];
  for (const { file } of lists) samples.push(await streamSamples(file, classes, signal));
  return assemble(head, classes, lists, samples);
}

/** A list of a manifest: a split, or a few-shot list. */
interface ManifestList {
  readonly name: string;
  readonly split: SplitName | null;
  readonly file: string;
  readonly what: string;
}

type Head = Omit<StoredDataset, "classes" | "splits" | "fewShot">;

/** Everything of a manifest but its lists. */
function openManifest(folder: string): { head: Head; classes: string[]; lists: ManifestList[] } {
  const absolute = path.resolve(folder);
  const { notes, root, ...head } = readHeader(path.join(absolute, "dataset.json"));
  const classesFile = path.join(absolute, "classes.csv");
  const classes = parseClasses(classesFile, readText(classesFile, "the class names"));
  const lists: ManifestList[] = [];
  for (const split of SPLITS) {
    const file = path.join(absolute, `${split}.csv`);
    if (existsSync(file)) lists.push({ name: split, split, file, what: `the ${split} videos` });
  }
  for (const name of fewShotNames(absolute)) {
    lists.push({ name, split: null, file: fewShotFile(absolute, name), what: "a few-shot list" });
  }
  const optional = { ...(notes === undefined ? {} : { notes }), ...(root === undefined ? {} : { root }) };
  return { head: { ...head, folder: absolute, ...optional }, classes, lists };
}

function assemble(
  head: Head,
  classes: readonly string[],
  lists: readonly ManifestList[],
  samples: readonly (readonly Sample[])[],
): StoredDataset {
  const splits: Partial<Record<SplitName, readonly Sample[]>> = {};
  const fewShot: Record<string, readonly Sample[]> = {};
  for (const [at, { name, split }] of lists.entries()) {
    if (split) splits[split] = samples[at] as readonly Sample[];
    else fewShot[name] = samples[at] as readonly Sample[];
  }
  const dataset = { ...head, classes, splits, ...(Object.keys(fewShot).length > 0 ? { fewShot } : {}) };
  checkApart(dataset, head.folder ?? head.name);
  return dataset;
}

/** Writes a manifest's folder. Other files there stay; killed half-way it leaves no dataset, or the old one. */
export function writeDataset(folder: string, dataset: StoredDataset): void {
  const { name, title, kind, source, licence, notes, root } = dataset;
  const head = header.safeParse({ name, title, kind, source, licence, notes, root });
  if (!head.success) throw new UserError(`dataset "${name}" cannot be written: ${issueOf(head.error)}`);
  const fewShot = Object.entries(dataset.fewShot ?? {});
  const samples = [...SPLITS.flatMap((split) => dataset.splits[split] ?? []), ...fewShot.flatMap(([, list]) => list)];
  for (const sample of samples) {
    const fault = pathFault(sample.path);
    if (fault !== null) throw new UserError(`dataset "${name}" cannot be written: path "${sample.path}" ${fault}`);
  }
  checkApart(dataset, folder);

  const files = new Map<string, string | null>();
  files.set(
    "classes.csv",
    formatCsv(
      ["id", "name"],
      dataset.classes.map((className, id) => [id, className]),
    ),
  );
  for (const split of SPLITS) {
    const list = dataset.splits[split];
    files.set(`${split}.csv`, list === undefined ? null : formatSamples(list));
  }
  for (const name of fewShotNames(folder)) files.set(path.join(FEW_SHOT, `${name}.csv`), null);
  for (const [name, list] of fewShot) files.set(path.join(FEW_SHOT, `${name}.csv`), formatSamples(list));
  const json = `${JSON.stringify(head.data, null, 2)}\n`;

  mkdirSync(fewShot.length > 0 ? path.join(folder, FEW_SHOT) : folder, { recursive: true });
  const changed = [...files].filter(([file, text]) => textOrNull(path.join(folder, file)) !== text);
  if (changed.length > 0) {
    rmSync(path.join(folder, "dataset.json"), { force: true });
    for (const [file, text] of changed) {
      if (text === null) rmSync(path.join(folder, file), { force: true });
      else writeFileWhole(path.join(folder, file), text);
    }
  }
  if (textOrNull(path.join(folder, "dataset.json")) !== json) writeFileWhole(path.join(folder, "dataset.json"), json);
}

/** The folder of few-shot lists in a manifest's. */
const FEW_SHOT = "few-shot";

function fewShotFile(folder: string, name: string): string {
  return path.join(folder, FEW_SHOT, `${name}.csv`);
}

function fewShotNames(folder: string): readonly string[] {
  const lists = path.join(folder, FEW_SHOT);
  if (!existsSync(lists)) return [];
  return readdirSync(lists)
    .filter((file) => file.endsWith(".csv"))
    .map((file) => file.slice(0, -".csv".length))
    .sort();
}

function formatSamples(samples: readonly Sample[]): string {
  return formatCsv(
    ["path", "label", "group"],
    samples.map((sample) => [sample.path, sample.label, sample.group ?? ""]),
  );
}

/** Throws where two splits share a video or a group: a score on the one would say nothing about the other. */
function checkApart({ splits, fewShot = {} }: Omit<StoredDataset, "classes">, where: string): void {
  const splitOfVideo = new Map<string, SplitName>();
  const splitOfGroup = new Map<string, SplitName>();
  // The largest split comes last: it is looked up alone, and nobody asks for it.
  const bySize = [...SPLITS].sort((a, b) => (splits[a]?.length ?? 0) - (splits[b]?.length ?? 0));
  for (const [at, split] of bySize.entries()) {
    const last = at === bySize.length - 1;
    const check = (splitOf: Map<string, SplitName>, what: string, key: string): void => {
      const other = splitOf.get(key) ?? split;
      if (other !== split) {
        const both = SPLITS.filter((name) => name === split || name === other);
        throw new UserError(`${where}: ${what} "${key}" is in both ${both.map((name) => `${name}.csv`).join(" and ")}`);
      }
      if (!last) splitOf.set(key, split);
    };
    for (const sample of splits[split] ?? []) {
      check(splitOfVideo, "video", sample.path);
      if (sample.group !== undefined) check(splitOfGroup, "group", sample.group);
    }
  }
  for (const [name, samples] of Object.entries(fewShot)) {
    const videos = new Set(samples.map((sample) => sample.path));
    for (const split of ["val", "test"] as const) {
      const shared = splits[split]?.find((sample) => videos.has(sample.path));
      if (!shared) continue;
      throw new UserError(`${where}: video "${shared.path}" is in both ${split}.csv and ${FEW_SHOT}/${name}.csv`);
    }
  }
}

function readHeader(file: string): z.infer<typeof header> {
  const text = readText(file, "which makes a folder a dataset");
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${file} is not JSON: ${(error as Error).message}`);
  }
  const parsed = header.safeParse(json);
  if (!parsed.success) throw new UserError(`${file}: ${issueOf(parsed.error)}`);
  return parsed.data;
}

function issueOf(error: z.ZodError): string {
  return error.issues.map((issue) => `"${issue.path.join(".")}": ${issue.message}`).join("; ");
}

function textOrNull(file: string): string | null {
  return existsSync(file) ? readFileSync(file, "utf8") : null;
}
