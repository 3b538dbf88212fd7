/** The CSV files of a manifest: rows in, checked; a bad row is named by file and line. */
import path from "node:path";
import { UserError } from "../errors.js";
import { eachCsvRow, Faults, ownString, parseCsv, streamCsv } from "./csv.js";
import type { Sample } from "./types.js";

const SAMPLE_COLUMNS = { required: ["path", "label"], optional: ["group"] } as const;

/** Class names in label order, from `classes.csv` (id,name): ids 0, 1, 2, ... in order, each name once. */
export function parseClasses(file: string, text: string): string[] {
  const faults = new Faults(file);
  const names: string[] = [];
  for (const { line, cells } of parseCsv(file, text, ["id", "name"])) {
    const { id = "", name = "" } = cells;
    if (id !== String(names.length)) faults.add(line, `id "${id}" where ${names.length} comes next`);
    if (name === "") faults.add(line, "the class has no name");
    else if (names.includes(name)) faults.add(line, `class "${name}" is there twice`);
    names.push(name);
  }
  faults.throwIfAny();
  if (names.length === 0) throw new UserError(`${file}: no classes; add a line "0,name of the first class"`);
  return names;
}

/**
 * The videos of a split's CSV (path,label[,group]). The label is a 0-based class index, or a class's name where that
 * is not a number. Throws a UserError for an unknown class, a label out of range, a path that is there twice or
 * leaves the dataset's root.
 */
export function parseSamples(file: string, text: string, classes: readonly string[]): Sample[] {
  const reader = new SampleReader(file, classes);
  eachCsvRow(file, text, SAMPLE_COLUMNS, reader.row);
  return reader.end();
}

/** As `parseSamples`, from the file itself, a piece at a time: other work goes on meanwhile. */
export async function streamSamples(file: string, classes: readonly string[], signal?: AbortSignal): Promise<Sample[]> {
  const reader = new SampleReader(file, classes);
  await streamCsv(file, SAMPLE_COLUMNS, reader.row, signal);
  return reader.end();
}

class SampleReader {
  private readonly faults: Faults;
  private readonly byName: ReadonlyMap<string, number>;
  private readonly seen = new Set<string>();
  private readonly lines: number[] = [];
  private readonly samples: Sample[] = [];
  private group = "";

  constructor(
    file: string,
    private readonly classes: readonly string[],
  ) {
    this.faults = new Faults(file);
    this.byName = new Map(classes.map((name, index) => [name, index]));
  }

  readonly row = (cells: readonly string[], line: number): void => {
    const [cut = "", label = "", group = ""] = cells;
    const video = ownString(cut);
    const index = /^[+-]?\d+$/.test(label) ? Number(label) : this.byName.get(label);
    if (index === undefined) this.faults.add(line, `unknown class "${label}"`);
    else if (index < 0 || index >= this.classes.length)
      this.faults.add(line, `label ${label} is not in 0..${this.classes.length - 1}`);
    const fault = pathFault(video);
    if (fault !== null) this.faults.add(line, `path "${video}" ${fault}`);
    if (this.seen.size === this.seen.add(video).size) {
      const before = this.lines[this.samples.findIndex((sample) => sample.path === video)];
      this.faults.add(line, `path "${video}" is already on line ${before}`);
    }
    this.lines.push(line);
    // Videos of one group mostly follow one another: they share a string.
    if (group !== this.group) this.group = ownString(group);
    const known = index ?? -1;
    this.samples.push(group === "" ? { path: video, label: known } : { path: video, label: known, group: this.group });
  };

  end(): Sample[] {
    this.faults.throwIfAny();
    return this.samples;
  }
}

/** Most paths: nothing in them can be wrong. */
const PLAIN_PATH = /^\w(?!.*(?:\.\.|\/\.|\/\/))[^\0\\:]*[^/\0\\:]$/;

/** Only such paths can have another, simpler spelling. */
const ODD_PATH = /(^|\/)\.|\/\/|\/$/;

/** What is wrong with a path as relative to a dataset's root (`/` between its parts), or null. */
export function pathFault(video: string): string | null {
  if (PLAIN_PATH.test(video)) return null;
  if (video === "") return "is empty";
  if (video.includes("\0")) return "holds a NUL character";
  if (path.posix.isAbsolute(video) || path.win32.isAbsolute(video)) return "is absolute; make it relative to the root";
  if (video.includes("..") && video.split(/[\\/]/).includes("..")) return "leaves the dataset's root";
  if (ODD_PATH.test(video) && path.posix.normalize(video) !== video)
    return `should be written "${path.posix.normalize(video)}"`;
  return null;
}
