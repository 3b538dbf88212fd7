/**
 * Records of other kinds than runs, in the same folder and written the same way: `cost-<id>.json`, `embedding-<id>.json`. The
 * id is the SHA-256 of the canonical JSON of what was asked for.
 */

import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { messageOf, UserError } from "../errors.js";
import { writeFileWhole } from "../files.js";
import { checked } from "./checked.js";
import { shortId } from "./id.js";
import type { RecordStore } from "./store.js";

export interface SideRecord {
  readonly id: string;
}

export interface SideKind<T extends SideRecord> {
  /** Begins the file's name. */
  readonly name: "cost" | "embedding";
  readonly schema: z.ZodType<T>;
  /** The hash of what was asked for, as the record itself tells it. */
  readonly idOf: (record: T) => string;
}

/** A field that the record's id is the hash of: a file's name vouches for all of it. */
export function hashed<T extends object>(): z.ZodType<T> {
  return z.custom<T>((value) => typeof value === "object" && value !== null);
}

/** Where the record of this kind and id is, or would be. */
export function sideFile<T extends SideRecord>({ folder }: RecordStore, { name }: SideKind<T>, id: string): string {
  return path.join(folder, `${name}-${id}.json`);
}

/** The record; null where there is none. @throws UserError on a damaged one */
export function readSide<T extends SideRecord>(store: RecordStore, kind: SideKind<T>, id: string): T | null {
  const file = sideFile(store, kind, id);
  if (!existsSync(file)) return null;
  const damaged = `the record ${file} is damaged (delete it and run again to make it anew)`;
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new UserError(`${damaged}: ${messageOf(error)}`);
  }
  const record = checked(kind.schema, value, damaged);
  const actual = kind.idOf(record);
  if (record.id === id && actual === id) return record;
  throw new UserError(`${damaged}: what it is about has the id ${shortId(actual)}, its name says ${shortId(id)}`);
}

/** Keeps the record; returns its path. @throws UserError where it cannot be written */
export function writeSide<T extends SideRecord>(store: RecordStore, kind: SideKind<T>, record: T): string {
  const file = sideFile(store, kind, record.id);
  try {
    mkdirSync(store.folder, { recursive: true });
    writeFileWhole(file, `${JSON.stringify(record)}\n`);
  } catch (error) {
    throw new UserError(`cannot write the record ${file}: ${messageOf(error)}; set VGHIF_RECORDS to another folder`);
  }
  return file;
}
