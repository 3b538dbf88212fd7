/** Official checkpoints: which there are and which are here, and how they get here. */
import { existsSync } from "node:fs";
import { UserError } from "../errors.js";
import { type DownloadOptions, download } from "./download.js";
import { type Inspection, inspectCheckpoint } from "./inspect.js";
import { sha256 } from "./load.js";
import { OFFICIAL, type OfficialCheckpoint, officialCheckpoint } from "./official.js";
import { findOfficial, officialFile } from "./registry.js";

export interface Listed extends OfficialCheckpoint {
  /** Where it is on this machine; null where it is not. */
  readonly here: string | null;
}

/** All official checkpoints. */
export function listCheckpoints(): Listed[] {
  return OFFICIAL.map((entry) => ({ ...entry, here: findOfficial(entry.name) }));
}

export interface FetchOptions extends Omit<DownloadOptions, "sha256"> {
  /** Another address of the same file; a published checksum is verified all the same. */
  readonly from?: string;
}

export interface Fetched {
  readonly file: string;
  readonly sha256: string;
  /** Was the checksum compared with a published one? */
  readonly verified: boolean;
  readonly inspection: Inspection;
}

/**
 * Downloads an official checkpoint to the weights folder, or verifies the one that is there, and opens it. Throws a
 * UserError where the name is unknown, no direct address is published, or the download or its check fails.
 */
export async function fetchCheckpoint(name: string, options: FetchOptions = {}): Promise<Fetched> {
  const entry = officialCheckpoint(name);
  if (!entry) throw new UserError(`no official checkpoint is called "${name}": vghif weights list has them all`);
  const file = officialFile(entry);
  const url = options.from ?? entry.url;
  let hash: string;
  if (existsSync(file)) {
    hash = await sha256(file);
    if (entry.sha256 && hash !== entry.sha256) {
      throw new UserError(`${file} has SHA-256 ${hash}, expected ${entry.sha256}: remove it and run this again`);
    }
  } else if (url) hash = await download(url, file, { ...options, sha256: entry.sha256 });
  else throw new UserError(`${name} has no direct address: download it from ${entry.source} and put it at ${file}`);
  return { file, sha256: hash, verified: entry.sha256 !== null, inspection: await inspectCheckpoint(file) };
}
