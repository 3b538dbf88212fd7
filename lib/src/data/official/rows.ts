/** Text lists, a row a line: read line by line, every fault named by file and line. */
import { Faults } from "../csv.js";
import type { Sample } from "../types.js";
import type { ListFolder } from "./list-folder.js";

/** A row's content, or what is wrong with it, in words. */
export type Row<T> = T | { readonly fault: string };

/**
 * Reads a list whose rows are lines; empty ones are skipped, CRLF and a byte-order mark are read.
 * @throws UserError with the first bad row by file, line and fault, and how many more there are
 */
export async function readRows<T extends object>(
  lists: ListFolder,
  file: string,
  parse: (line: string) => Row<T>,
): Promise<T[]> {
  const faults = new Faults(file);
  const rows: T[] = [];
  for (const [at, raw] of (await lists.read(file)).split("\n").entries()) {
    const line = raw.trim();
    if (line === "") continue;
    const row = parse(line);
    if ("fault" in row && typeof row.fault === "string") faults.add(at + 1, row.fault);
    else rows.push(row as T);
  }
  faults.throwIfAny();
  await lists.counted(file, rows.length);
  return rows;
}

/** As `readRows`, of rows that are samples: no video may be there twice. */
export async function readSamples(
  lists: ListFolder,
  file: string,
  parse: (line: string) => Row<Sample>,
): Promise<Sample[]> {
  const seen = new Set<string>();
  return readRows(lists, file, (line) => {
    const row = parse(line);
    if ("fault" in row) return row;
    if (seen.has(row.path)) return { fault: `"${row.path}" is there twice` };
    seen.add(row.path);
    return row;
  });
}

/** A row "path label" of ViFi-CLIP's lists: exactly two fields, split on white space; the label from 0 on. */
export function pathAndLabel(
  line: string,
  classes: number,
  sample: (path: string, label: number) => Row<Sample>,
): Row<Sample> {
  const [video, label, ...more] = line.split(/\s+/);
  if (video === undefined || label === undefined || more.length > 0) return { fault: `not "path label": "${line}"` };
  if (!/^\d+$/.test(label)) return { fault: `label "${label}" is not a number` };
  if (Number(label) >= classes) return { fault: `label ${label} is not in 0..${classes - 1}` };
  return sample(video, Number(label));
}
