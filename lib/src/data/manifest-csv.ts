/** The CSV files of a manifest: rows in, checked; a bad row is named by file and line. */
import path from "node:path";
import { UserError } from "../errors.js";
import { eachCsvRow, Faults, ownString, parseCsv, streamCsv } from "./csv.js";
import type { Sample } from "./types.js";

export { type CsvRow, Faults, formatCsv, parseCsv, readText } from "./csv.js";

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
  private readonly lineOf = new Map<string, number>();
  private readonly groups = new Map<string, string>();
  private readonly samples: Sample[] = [];

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
    const before = this.lineOf.get(video);
    if (before !== undefined) this.faults.add(line, `path "${video}" is already on line ${before}`);
    this.lineOf.set(video, line);
    this.samples.push(
      group === ""
        ? { path: video, label: index ?? -1 }
        : { path: video, label: index ?? -1, group: this.shared(group) },
    );
  };

  end(): Sample[] {
    this.faults.throwIfAny();
    return this.samples;
  }

  /** One string for all videos of a group. */
  private shared(group: string): string {
    const known = this.groups.get(group);
    if (known !== undefined) return known;
    const own = ownString(group);
    this.groups.set(own, own);
    return own;
  }
}

/** Only such paths can have another, simpler spelling. */
const ODD_PATH = /(^|\/)\.|\/\/|\/$/;

/** What is wrong with a path as relative to a dataset's root (`/` between its parts), or null. */
export function pathFault(video: string): string | null {
  if (video === "") return "is empty";
  if (video.includes("\0")) return "holds a NUL character";
  if (path.posix.isAbsolute(video) || path.win32.isAbsolute(video)) return "is absolute; make it relative to the root";
  if (video.includes("..") && video.split(/[\\/]/).includes("..")) return "leaves the dataset's root";
  if (ODD_PATH.test(video) && path.posix.normalize(video) !== video)
    return `should be written "${path.posix.normalize(video)}"`;
  return null;
}
