/**
 * What names a video by its content, without reading all of it in every run: a hash is remembered, also across runs, for as
 * long as the video's files are in the same state: inode, size, time of change of content and of status, in nanoseconds.
 *
 * A file that is replaced by one of the same size whose modification time is set back still has another time of status change
 * (ctime), which cannot be set. A file that was changed less than two seconds before it is read may change again within one tick
 * of the file system's clock: its hash is not remembered.
 */
import { createHash } from "node:crypto";
import type { BigIntStats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { isFrameFolder, type VideoSource } from "../data/video/source.js";
import { sourceHash } from "../data/video/source-hash.js";
import { cacheFolder } from "./cache.js";
import { ContentLog } from "./content-log.js";

export interface Content {
  /** SHA-256 of the video's bytes, hexadecimal. */
  readonly hash: string;
  /** Of the files' state when they were read. */
  readonly state: string;
  /** Whether the same state will always mean the same content. */
  readonly settled: boolean;
}

/** The state of files that change less than so many nanoseconds after they were changed may stay the same. */
const SETTLED = 2_000_000_000n;

const logs = new Map<string, ContentLog>();

/** The log in the present cache folder. */
function log(): ContentLog {
  const file = path.join(cacheFolder(), "content", "hashes.txt");
  const known = logs.get(file) ?? new ContentLog(file);
  logs.set(file, known);
  return known;
}

/** The content of a video. Throws what reading it throws. */
export async function contentOf(source: VideoSource): Promise<Content> {
  const { state, newest } = await stateOf(source);
  const key = keyOf(source, state);
  const known = await log().get(key);
  if (known !== undefined) return { hash: known, state, settled: true };
  const now = BigInt(Date.now()) * 1_000_000n;
  const hash = await sourceHash(source);
  const settled = now - newest > SETTLED && (await stateOf(source)).state === state;
  if (settled) log().set(key, hash);
  return { hash, state, settled };
}

/** Whether a video, read in the meantime, still is what it was. */
export async function isStill(source: VideoSource, content: Content): Promise<boolean> {
  if (content.settled && (await stateOf(source)).state === content.state) return true;
  return (await sourceHash(source)) === content.hash;
}

/** Lets later runs know what this one has read. */
export function keepContents(): void {
  for (const one of logs.values()) one.flush();
}

function keyOf(source: VideoSource, state: string): string {
  const absolute =
    typeof source === "string"
      ? path.resolve(source)
      : isFrameFolder(source)
        ? path.resolve(source.frames)
        : [path.resolve(source.tar), source.offset, source.bytes].join("\n");
  return createHash("sha256").update(`${absolute}\n${state}`).digest("base64url").slice(0, 24);
}

/** Of everything that is read of the source; `newest`: the last change, nanoseconds since 1970. */
async function stateOf(source: VideoSource): Promise<{ readonly state: string; readonly newest: bigint }> {
  if (typeof source === "string") return stateOfFiles([source]);
  if (!isFrameFolder(source)) return stateOfFiles([source.tar]);
  const names = (await readdir(source.frames)).sort();
  const { state, newest } = await stateOfFiles([".", ...names].map((name) => path.join(source.frames, name)));
  const digest = createHash("sha256").update(names.join("\n")).update(state).digest("hex");
  return { state: digest, newest };
}

async function stateOfFiles(files: readonly string[]): Promise<{ readonly state: string; readonly newest: bigint }> {
  let newest = 0n;
  const states: string[] = [];
  for (const file of files) {
    const stats = await stat(file, { bigint: true });
    states.push(stateOfFile(stats));
    for (const time of [stats.mtimeNs, stats.ctimeNs]) if (time > newest) newest = time;
  }
  return { state: states.join("\n"), newest };
}

/** Without the device, which may have another number after a restart or on another machine of a cluster. */
function stateOfFile({ ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [ino, size, mtimeNs, ctimeNs].join(" ");
}
