/** UCF101: classInd, trainlist and testlist (ucfTrainTestlist), or ViFi-CLIP's lists. */
import { officialClasses } from "../class-names.js";
import type { Sample } from "../types.js";
import type { Description } from "./description.js";
import { exactly, type ListFolder } from "./list-folder.js";
import { type Row, readRows, readSamples } from "./rows.js";
import { type ImportedSplit, inOrder } from "./split.js";
import { type VifiLists, vifiFewShot, vifiTest } from "./vifi-clip.js";

const SPLITS = [1, 2, 3] as const;

/** "[folder/]v_<class>_g<group>_c<clip>.avi". */
const VIDEO = /^(?:(.+)\/)?(v_([A-Za-z]+)_g(\d\d)_c\d\d\.avi)$/;

interface UcfClass {
  /** As the folders and classInd spell it. */
  readonly label: string;
  /** As the videos' names spell it: one class differs in a letter's case. */
  readonly file: string;
}

/** Reads what is there of the three splits, "ucf101-1" to "ucf101-3". Few-shot lists are of split 1. */
export async function ucf101Splits(lists: ListFolder, { classes }: Description): Promise<readonly ImportedSplit[]> {
  const table = officialClasses("ucf101");
  const vifi: VifiLists = {
    firstLine: /^(\S+\/)?v_[A-Za-z]+_g\d+_c\d+\.avi\s+\d+$/,
    folder: /ucf/i,
    classes: classes.length,
    sample: (video, label) => sampleOf(video, label, table),
  };
  const fewShot = await vifiFewShot(lists, vifi);
  await checkClassIndices(lists, table);
  const found: ImportedSplit[] = [];
  for (const split of SPLITS) {
    const read = async (list: string) => {
      const file = await lists.find({ name: exactly(`${list}0${split}.txt`), folder: /ucf/i });
      return file && inOrder(await readSamples(lists, file, (line) => listRow(line, list === "trainlist", table)));
    };
    const train = await read("trainlist");
    const own = await read("testlist");
    const test = own ?? (await vifiTest(lists, vifi, split));
    const lots = split === 1 ? fewShot : {};
    if (train === null && test === null && Object.keys(lots).length === 0) continue;
    const from = [train ? `trainlist0${split}.txt` : "no training split"];
    if (test) from.push(own ? `testlist0${split}.txt` : `ViFi-CLIP's val${split}.txt`);
    found.push({
      name: `ucf101-${split}`,
      splits: { ...(train ? { train } : {}), ...(test ? { test } : {}) },
      ...(Object.keys(lots).length > 0 ? { fewShot: lots } : {}),
      from: from.join(", "),
    });
  }
  if (found.length > 0) return found;
  throw lists.nothing("trainlist01.txt and testlist01.txt (ucfTrainTestlist), or ViFi-CLIP's val1.txt");
}

/** classInd.txt, "1 ApplyEyeMakeup" and so on, must number the classes as they are numbered here, from 1. */
async function checkClassIndices(lists: ListFolder, table: readonly UcfClass[]): Promise<void> {
  const file = await lists.find({ name: exactly("classInd.txt"), folder: /ucf/i });
  if (file === null) return;
  const rows = await readRows(lists, file, (line): Row<{ index: number }> => {
    const [index = "", name = "", ...more] = line.split(/\s+/);
    const known = table[Number(index) - 1];
    if (!/^\d+$/.test(index) || name === "" || more.length > 0) return { fault: `not "index class": "${line}"` };
    if (!known) return { fault: `index ${index} is not in 1..${table.length}` };
    if (!spells(known, name)) return { fault: `class ${index} is ${known.label}, not "${name}"` };
    return { index: Number(index) };
  });
  if (rows.length !== table.length)
    lists.warnings.push(`${file}: ${rows.length} classes where UCF101 has ${table.length}`);
}

/** A training line is "path label" with the label from 1; a test line is a path, and its class is the folder. */
function listRow(line: string, train: boolean, table: readonly UcfClass[]): Row<Sample> {
  const [video = "", label, ...more] = line.split(/\s+/);
  if (more.length > 0) return { fault: `not ${train ? '"path label"' : "a path"}: "${line}"` };
  if (label === undefined) return train ? { fault: `no label: "${line}"` } : sampleOf(video, null, table);
  if (!/^\d+$/.test(label)) return { fault: `label "${label}" is not a number` };
  if (Number(label) < 1 || Number(label) > table.length)
    return { fault: `label ${label} is not in 1..${table.length}` };
  return sampleOf(video, Number(label) - 1, table);
}

/** A video by any spelling of its path; `label` from 0, or null: by its name. Its group is the recording, `g<number>`. */
function sampleOf(video: string, label: number | null, table: readonly UcfClass[]): Row<Sample> {
  const parts = VIDEO.exec(video);
  if (!parts) return { fault: `not a path of UCF101 ("class/v_class_g01_c01.avi"): "${video}"` };
  const [, folder, name = "", spelt = "", group = ""] = parts;
  const found = table.findIndex((known) => spells(known, spelt));
  const known = table[found];
  if (!known) return { fault: `unknown class "${spelt}"` };
  if (folder !== undefined && !spells(known, folder.split("/").at(-1) ?? "")) {
    return { fault: `"${name}" lies in the folder "${folder}"` };
  }
  if (label !== null && label !== found) return { fault: `"${name}" is labelled ${table[label]?.label}` };
  return { path: `${known.label}/${name}`, label: found, group: `${known.label}/g${group}` };
}

function spells({ label, file }: UcfClass, name: string): boolean {
  return name === label || name === file;
}
