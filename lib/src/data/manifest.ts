/**
 * A dataset's manifest: a folder with
 *   dataset.json   name, title, kind, source, licence; optional notes, and root (where the videos are)
 *   classes.csv    id,name
 *   train.csv, val.csv, test.csv   path,label,group; a split that does not exist has no file
 * `dataset.json` is written last: a folder without it is no dataset.
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { UserError } from "../errors.js";
import { writeFileWhole } from "../files.js";
import { formatCsv, parseClasses, parseSamples, pathFault, readText } from "./manifest-csv.js";
import type { Dataset, Sample, SplitName } from "./types.js";

export const SPLITS: readonly SplitName[] = ["train", "val", "test"];

/** A dataset with what its manifest says beyond the data itself. */
export interface StoredDataset extends Dataset {
  /** The manifest's folder, absolute; absent in one that was never stored. */
  readonly folder?: string;
  /** Where the videos are: absolute, or relative to the manifest's folder. Absent: the data folder's `<name>`. */
  readonly root?: string;
  /** Anything the reader should know: counts, seed, what was left out. */
  readonly notes?: string;
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

/** Reads and checks a manifest's folder. Throws a UserError that names the file, the line and the fault. */
export function readDataset(folder: string): StoredDataset {
  const absolute = path.resolve(folder);
  const file = path.join(absolute, "dataset.json");
  const { notes, root, ...head } = readHeader(file);
  const classesFile = path.join(absolute, "classes.csv");
  const classes = parseClasses(classesFile, readText(classesFile, "the class names"));
  const splits: Partial<Record<SplitName, Sample[]>> = {};
  for (const split of SPLITS) {
    const list = path.join(absolute, `${split}.csv`);
    if (existsSync(list)) splits[split] = parseSamples(list, readText(list, `the ${split} videos`), classes);
  }
  const dataset: StoredDataset = {
    ...head,
    classes,
    splits,
    folder: absolute,
    ...(notes === undefined ? {} : { notes }),
    ...(root === undefined ? {} : { root }),
  };
  checkApart(dataset, absolute);
  return dataset;
}

/** Writes a manifest's folder. Other files there stay; killed half-way it leaves no dataset, or the old one. */
export function writeDataset(folder: string, dataset: StoredDataset): void {
  const { name, title, kind, source, licence, notes, root } = dataset;
  const head = header.safeParse({ name, title, kind, source, licence, notes, root });
  if (!head.success) throw new UserError(`dataset "${name}" cannot be written: ${issueOf(head.error)}`);
  for (const sample of SPLITS.flatMap((split) => dataset.splits[split] ?? [])) {
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
    const rows = dataset.splits[split]?.map((sample) => [sample.path, sample.label, sample.group ?? ""]);
    files.set(`${split}.csv`, rows === undefined ? null : formatCsv(["path", "label", "group"], rows));
  }
  const json = `${JSON.stringify(head.data, null, 2)}\n`;

  mkdirSync(folder, { recursive: true });
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

/** Throws where two splits share a video or a group: a score on the one would say nothing about the other. */
function checkApart(dataset: Dataset, where: string): void {
  const splitOfVideo = new Map<string, SplitName>();
  const splitOfGroup = new Map<string, SplitName>();
  for (const split of SPLITS) {
    const check = (splitOf: Map<string, SplitName>, what: string, key: string): void => {
      const other = splitOf.get(key) ?? split;
      if (other !== split) throw new UserError(`${where}: ${what} "${key}" is in both ${other}.csv and ${split}.csv`);
      splitOf.set(key, split);
    };
    for (const sample of dataset.splits[split] ?? []) {
      check(splitOfVideo, "video", sample.path);
      if (sample.group !== undefined) check(splitOfGroup, "group", sample.group);
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
