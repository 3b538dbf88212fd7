/** Kinetics' annotation files: label,youtube_id,time_start,time_end,split[,is_cc], read as a stream. */
import path from "node:path";
import { Faults, streamCsv } from "../csv.js";
import type { SplitName } from "../types.js";
import { exactly, type ListFolder, type ListKind } from "./list-folder.js";

export interface Clip {
  /** "<youtube id>_<start>_<end>", six digits each. */
  readonly path: string;
  readonly youtubeId: string;
  readonly label: number;
  readonly split: SplitName;
}

const SPLIT_NAMES: Readonly<Record<string, SplitName>> = {
  train: "train",
  val: "val",
  validate: "val",
  validation: "val",
  test: "test",
};

/** Folders of this edition's lists. */
export const FOLDER = /k(inetics)?[-_]?400/i;

/** A CSV file of this name, if it is one of Kinetics' by its header. */
export function kineticsCsv(name: string): ListKind {
  return { name: exactly(name), firstLine: /youtube_id/, folder: FOLDER };
}

/** Whether a path names another edition of Kinetics. */
export function isOtherEdition(file: string): boolean {
  return /k(inetics)?[-_]?[67]00/i.test(file);
}

/**
 * Reads one file. Rows of the test split may lack a label: they are counted only. Labels are matched without regard to case,
 * quotes and underscores. Where there is no split column, the file's name tells.
 * @throws UserError with the first bad row by file, line and fault, and how many more there are
 */
export async function readKineticsCsv(
  lists: ListFolder,
  file: string,
  classes: readonly string[],
): Promise<{ clips: readonly Clip[]; unlabelled: number }> {
  const labelOf = labelsOf(classes);
  const named = splitOfName(path.basename(file));
  const faults = new Faults(file);
  const clips: Clip[] = [];
  const lineOf = new Map<string, number>();
  let rows = 0;
  let unlabelled = 0;
  await streamCsv(
    file,
    { required: ["youtube_id", "time_start", "time_end"], optional: ["label", "split"] },
    ([youtubeId = "", start = "", end = "", label = "", splitText = ""], line) => {
      rows += 1;
      const split = splitText === "" ? named : SPLIT_NAMES[splitText.toLowerCase()];
      const found = labelOf(label);
      if (!/^[\w-]{11}$/.test(youtubeId)) faults.add(line, `"${youtubeId}" is not a YouTube id of 11 characters`);
      else if (!isSecond(start) || !isSecond(end))
        faults.add(line, `"${start}" to "${end}" is not a time in whole seconds`);
      else if (Number(end) <= Number(start))
        faults.add(line, `the clip ends at ${end} s, before it starts at ${start} s`);
      else if (split === undefined) faults.add(line, `split "${splitText}" is not train, val (validate) or test`);
      else if (label === "" && split === "test") unlabelled += 1;
      else if (found === undefined) faults.add(line, label === "" ? "no label" : `unknown class "${label}"`);
      else {
        const clip = `${youtubeId}_${sixDigits(start)}_${sixDigits(end)}`;
        const before = lineOf.get(clip);
        if (before !== undefined) faults.add(line, `clip "${clip}" is already on line ${before}`);
        lineOf.set(clip, line);
        clips.push({ path: clip, youtubeId: clip.slice(0, 11), label: found, split });
      }
    },
  );
  faults.throwIfAny();
  await lists.counted(file, rows);
  return { clips, unlabelled };
}

/** The class that a text means, remembered by the text. */
function labelsOf(classes: readonly string[]): (text: string) => number | undefined {
  const byPlain = new Map(classes.map((name, label) => [plain(name), label]));
  const known = new Map<string, number | undefined>();
  return (text) => {
    if (!known.has(text)) known.set(text, byPlain.get(plain(text)));
    return known.get(text);
  };
}

function splitOfName(name: string): SplitName | undefined {
  const part = /(?:^|[^a-z])(train|val|validate|validation|test)(?:[^a-z]|$)/i.exec(name)?.[1];
  return part === undefined ? undefined : SPLIT_NAMES[part.toLowerCase()];
}

function isSecond(text: string): boolean {
  return /^\d{1,6}(\.0+)?$/.test(text);
}

function sixDigits(seconds: string): string {
  return String(Math.trunc(Number(seconds))).padStart(6, "0");
}

/** "riding mule", however it is spelt. */
function plain(name: string): string {
  return name.replace(/^"|"$/g, "").replace(/_/g, " ").replace(/\s+/g, " ").trim().toLowerCase();
}
