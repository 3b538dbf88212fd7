/** HMDB51: `<class>_test_split<n>.txt` (testTrainMulti_7030_splits), or ViFi-CLIP's lists. */
import path from "node:path";
import { UserError } from "../../errors.js";
import { officialClasses } from "../class-names.js";
import { pathFault } from "../manifest-csv.js";
import type { Sample } from "../types.js";
import type { Description } from "./description.js";
import { exactly, type ListFolder } from "./list-folder.js";
import { type Row, readRows } from "./rows.js";
import { type ImportedSplit, inOrder } from "./split.js";
import { type VifiLists, vifiFewShot, vifiTest } from "./vifi-clip.js";

const SPLITS = [1, 2, 3] as const;

/** What a tag says; 0: the video is not in this split. */
const TAGS = { "0": "unused", "1": "train", "2": "test" } as const;

interface Tagged {
  readonly video: string;
  readonly use: (typeof TAGS)[keyof typeof TAGS];
}

/** Reads what is there of the three splits, "hmdb51-1" to "hmdb51-3". Few-shot lists are of split 1. */
export async function hmdb51Splits(lists: ListFolder, { classes }: Description): Promise<readonly ImportedSplit[]> {
  const folders = officialClasses("hmdb51").map(({ file }) => file);
  const vifi: VifiLists = {
    firstLine: /^(?!\S*v_[A-Za-z]+_g\d+_c\d+\.)\S+\.avi\s+\d+$/,
    folder: /hmdb/i,
    classes: classes.length,
    sample: (video, label) => sampleOf(path.posix.basename(video), folders, label),
  };
  const fewShot = await vifiFewShot(lists, vifi);
  const found: ImportedSplit[] = [];
  for (const split of SPLITS) {
    const own = await officialSplit(lists, folders, split);
    const test = own?.test ?? (await vifiTest(lists, vifi, split));
    const lots = split === 1 ? fewShot : {};
    if (test === null && Object.keys(lots).length === 0) continue;
    found.push({
      name: `hmdb51-${split}`,
      splits: { ...(own ? { train: own.train } : {}), ...(test ? { test } : {}) },
      ...(Object.keys(lots).length > 0 ? { fewShot: lots } : {}),
      from: own ? `<class>_test_split${split}.txt` : `ViFi-CLIP's val${split}.txt; no training split`,
    });
  }
  if (found.length > 0) return found;
  throw lists.nothing("<class>_test_split1.txt and so on (testTrainMulti_7030_splits), or ViFi-CLIP's val1.txt");
}

async function officialSplit(lists: ListFolder, folders: readonly string[], split: number) {
  const name = new RegExp(`^(.+)_test_split${split}\\.txt$`);
  const files = lists.names({ name });
  if (files.length === 0) return null;
  const train: Sample[] = [];
  const test: Sample[] = [];
  for (const base of files) {
    const className = name.exec(base)?.[1] ?? "";
    const label = folders.indexOf(className);
    const file = await lists.find({ name: exactly(base), folder: /hmdb/i });
    if (file === null) continue;
    if (label < 0)
      throw new UserError(`${file}: HMDB51 has no class "${className}"; its files are <class>_test_split${split}.txt`);
    const seen = new Set<string>();
    const rows = await readRows(lists, file, (line) => taggedRow(line, seen));
    for (const { video, use } of rows) {
      if (use === "unused") continue;
      (use === "train" ? train : test).push({ path: `${className}/${video}`, label });
    }
  }
  const missing = folders.filter((className) => !files.includes(`${className}_test_split${split}.txt`));
  if (missing.length > 0)
    lists.warnings.push(`hmdb51-${split}: no list for ${missing.length} classes: ${missing.join(", ")}`);
  return { train: inOrder(train), test: inOrder(test) };
}

/** "video.avi tag": the names hold all sorts of characters, the tag is the last field. */
function taggedRow(line: string, seen: Set<string>): Row<Tagged> {
  const parts = /^(\S.*?)\s+(\S+)$/.exec(line);
  if (!parts) return { fault: `not "video tag": "${line}"` };
  const [, video = "", tag = ""] = parts;
  const use = TAGS[tag as keyof typeof TAGS];
  if (use === undefined) return { fault: `tag "${tag}" is not 1 (train), 2 (test) or 0 (unused)` };
  const fault = video.includes("/") ? "should be a file's name" : pathFault(video);
  if (fault !== null) return { fault: `video "${video}" ${fault}` };
  if (seen.has(video)) return { fault: `"${video}" is there twice` };
  seen.add(video);
  return { video, use };
}

/** The class comes from the label: several classes' names fit into some videos' names. */
function sampleOf(video: string, folders: readonly string[], label: number): Row<Sample> {
  const fault = pathFault(video);
  return fault === null ? { path: `${folders[label]}/${video}`, label } : { fault: `video "${video}" ${fault}` };
}
