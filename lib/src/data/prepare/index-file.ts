/**
 * The index of a dataset's videos, `<data folder>/index/<dataset>.jsonl`: a header, then a line a sample whose video was found. It is
 * written aside and renamed: whole or not there.
 */
import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { messageOf, UserError } from "../../errors.js";
import { writeFileWhole } from "../../files.js";
import { dataFolder } from "../manifest-find.js";
import type { Facts, StoredSource } from "./found.js";

/** Changes with the meaning of anything in the file. */
const VERSION = 1;

const header = z.object({
  format: z.literal("vghif index"),
  version: z.number(),
  dataset: z.string(),
  /** Absolute; the sources are relative to it. */
  root: z.string(),
  /** False where the run that wrote it was stopped: sources are known, some facts are not. */
  complete: z.boolean(),
  videos: z.number(),
});

/** A sample's video. */
export interface IndexEntry extends Facts {
  /** The sample's path in the lists. */
  readonly path: string;
  readonly source: StoredSource;
  readonly bytes: number;
  readonly mtime: number;
}

export interface VideoIndex {
  readonly dataset: string;
  readonly root: string;
  readonly complete: boolean;
  /** By the sample's path. */
  readonly entries: ReadonlyMap<string, IndexEntry>;
}

/** Where indexes are kept. */
export function indexFolder(): string {
  return path.join(dataFolder(), "index");
}

export function indexFile(dataset: string): string {
  return path.join(indexFolder(), `${dataset}.jsonl`);
}

/** Writes an index in the place of the one before. @throws UserError where it cannot be written; the one before stays */
export function writeIndex({ dataset, root, complete, entries }: VideoIndex): string {
  const file = indexFile(dataset);
  const head = { format: "vghif index", version: VERSION, dataset, root, complete, videos: entries.size };
  const lines = [JSON.stringify(head)];
  for (const entry of entries.values()) lines.push(JSON.stringify(entry));
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileWhole(file, `${lines.join("\n")}\n`);
  } catch (error) {
    throw new UserError(`cannot write the index ${file}: ${messageOf(error)}; what was there before is kept`);
  }
  return file;
}

/** Reads a dataset's index; null where there is none. @throws UserError for one that is damaged or of another version */
export function readIndex(dataset: string): VideoIndex | null {
  const file = indexFile(dataset);
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof Error && Reflect.get(error, "code") === "ENOENT") return null;
    throw new UserError(`cannot read the index ${file}: ${messageOf(error)}`);
  }
  const damaged = (why: string): UserError =>
    new UserError(`the index ${file} ${why}; delete it, and make it again: vghif data prepare ${dataset} --root DIR`);
  const [first = "", ...lines] = text.split("\n");
  const head = header.safeParse(parse(first));
  if (!head.success) throw damaged("is damaged in its first line");
  if (head.data.version !== VERSION) throw damaged(`is of version ${head.data.version}, not ${VERSION}`);
  const entries = new Map<string, IndexEntry>();
  for (const [at, line] of lines.entries()) {
    if (line === "") continue;
    const entry = entryOf(parse(line));
    if (entry === null) throw damaged(`is damaged in line ${at + 2}`);
    entries.set(entry.path, entry);
  }
  const { root, complete, videos } = head.data;
  if (entries.size !== videos) throw damaged(`has ${entries.size} of ${videos} lines`);
  return { dataset, root, complete, entries };
}

function entryOf(value: unknown): IndexEntry | null {
  if (typeof value !== "object" || value === null) return null;
  const { path: name, source, bytes, mtime } = value as Partial<IndexEntry>;
  const whole =
    typeof name === "string" && typeof source === "object" && typeof bytes === "number" && typeof mtime === "number";
  return whole ? (value as IndexEntry) : null;
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}
