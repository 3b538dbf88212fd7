/**
 * The records folder: one JSON file a run, append-only. A record is written to a temporary file, synced and renamed,
 * so a run that is killed leaves none, and a rerun skips what is there.
 */
import fs from "node:fs";
import path from "node:path";
import { messageOf, UserError } from "../errors.js";
import { writeFileOnce, writeFileWhole } from "../files.js";
import { projectPath } from "../project.js";
import { parseRecord } from "./parse-record.js";
import type { RunRecord } from "./record.js";

export interface RecordStore {
  /** Absolute path of the folder; it is made by the first write. */
  readonly folder: string;
  /** Where the record of this id is, or would be. */
  file(id: string): string;
  has(id: string): boolean;
  /** Ids of all records, without reading them. */
  ids(): ReadonlySet<string>;
  /** @throws UserError where the record is absent or damaged, naming the file and what to do. */
  read(id: string): RunRecord;
  /** Every record, by id. @throws UserError naming the first damaged one. */
  list(): readonly RunRecord[];
  /** Moves the record into the folder's `replaced/`, so that its run is computed again; nothing is ever deleted. */
  setAside(id: string): void;
  /**
   * Keeps the record unless there is one of its run: of two processes that compute the same run, the first one's stays.
   * Returns the path. @throws UserError where it cannot be written; then nothing is left behind.
   */
  add(record: RunRecord): string;
  /** As `add`, but in the place of one that is there. */
  write(record: RunRecord): string;
}

/** Opens a records folder. Default: VGHIF_RECORDS, else `records/` in the project. */
export function openStore(folder: string = process.env.VGHIF_RECORDS || projectPath("records")): RecordStore {
  const root = path.resolve(folder);
  const file = (id: string): string => path.join(root, `${id}.json`);
  const read = (id: string): RunRecord => parseRecord(textOf(file(id)), id, file(id));
  return {
    folder: root,
    file,
    has: (id) => fs.existsSync(file(id)),
    read,
    ids: () => new Set(idsIn(root)),
    list: () => idsIn(root).map(read),
    setAside: (id) => {
      const aside = path.join(root, "replaced");
      fs.mkdirSync(aside, { recursive: true });
      fs.renameSync(file(id), path.join(aside, `${id}-${Date.now()}.json`));
    },
    add: (record) => put(file(record.id), record, writeFileOnce),
    write: (record) => put(file(record.id), record, writeFileWhole),
  };
}

const RECORD_FILE = /^([0-9a-f]{64})\.json$/;

function idsIn(folder: string): readonly string[] {
  if (!fs.existsSync(folder)) return [];
  const names = fs.readdirSync(folder).sort();
  return names.flatMap((name) => RECORD_FILE.exec(name)?.[1] ?? []);
}

function textOf(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(`cannot read the record ${file}: ${reasonOf(error)}`);
  }
}

function put(target: string, record: RunRecord, write: (file: string, text: string) => void): string {
  try {
    fs.mkdirSync(path.dirname(target), { recursive: true });
    write(target, `${JSON.stringify(record)}\n`);
    return target;
  } catch (error) {
    throw new UserError(`cannot write the record ${target}: ${reasonOf(error)}`);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full; free some space and run again, finished runs are kept",
  EDQUOT: "the disk quota is used up; free some space and run again, finished runs are kept",
  EACCES: "permission denied; set VGHIF_RECORDS to a folder that you may write to",
  EROFS: "the file system is read-only; set VGHIF_RECORDS to a folder that you may write to",
  ENOTDIR: "a part of its path is a file, not a folder; set VGHIF_RECORDS to a folder",
  EEXIST: "a part of its path is a file, not a folder; set VGHIF_RECORDS to a folder",
  ENOENT: "there is no such file; run it first",
};

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return REASONS[code] ?? messageOf(error);
}
