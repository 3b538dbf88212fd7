/** Whether the file behind a sample is there, and still the one that was indexed. */
import { readdirSync, type Stats, statSync } from "node:fs";
import { isFrameName } from "../video/frame-folder.js";
import type { VideoSource } from "../video/source.js";
import type { IndexEntry } from "./index-file.js";

/** `changed`: of another size or time than the index says. */
export type Presence = "there" | "missing" | "empty" | "changed";

/** Looks at one source; without an entry nothing is known of how it was. */
export function presenceOf(source: VideoSource, entry: IndexEntry | undefined): Presence {
  const isFile = typeof source === "string";
  const at = isFile ? source : "tar" in source ? source.tar : source.frames;
  let stats: Stats | undefined;
  try {
    stats = statSync(at, { throwIfNoEntry: false });
  } catch {
    return "missing";
  }
  if (!stats) return "missing";
  if (!isFile && "frames" in source) {
    if (!stats.isDirectory()) return "missing";
    const frames = readdirSync(at).filter(isFrameName).length;
    if (frames === 0) return "empty";
    return entry === undefined || (entry.bytes === frames && sameTime(entry, stats)) ? "there" : "changed";
  }
  if (!stats.isFile()) return "missing";
  if (isFile && stats.size === 0) return "empty";
  if (!isFile && source.bytes === 0) return "empty";
  if (entry === undefined) return "there";
  const whole = isFile ? stats.size === entry.bytes : stats.size >= source.offset + source.bytes;
  return whole && sameTime(entry, stats) ? "there" : "changed";
}

/** The index has whole milliseconds. */
function sameTime({ mtime }: IndexEntry, stats: Stats): boolean {
  return mtime === Math.floor(stats.mtimeMs);
}
