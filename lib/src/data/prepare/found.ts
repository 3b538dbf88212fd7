/** A video that lies below a folder, and what is known about it. */
import path from "node:path";
import type { VideoSource } from "../video/source.js";

/** A source whose paths are relative to the scanned folder, `/` between their parts; as the index stores it. */
export type StoredSource =
  | { readonly file: string }
  | { readonly tar: string; readonly member: string; readonly offset: number }
  | { readonly frames: string };

export interface FoundVideo {
  /** Names it: the file's path, the archive's followed by the member's, or the folder's. Relative to the scanned folder. */
  readonly path: string;
  readonly source: StoredSource;
  /** Of the file or member; of a folder of frames: the number of pictures. */
  readonly bytes: number;
  /** When the file, archive or folder was last changed, ms since 1970. */
  readonly mtime: number;
  /** When anything of it was last changed, its name and rights too, ms: unlike `mtime`, nobody can set it back. */
  readonly ctime: number;
}

/** What reading a video has shown. */
export interface Facts {
  /** SHA-256 of the content (`sourceHash`), or null where it could not be read. */
  readonly hash: string | null;
  /** Frames that decode, where all were decoded; else null. */
  readonly frames: number | null;
  /** Why it cannot be used at all, or null. */
  readonly error: string | null;
  /** What of it does not decode though the rest does, or null. Only decoding all frames shows it. */
  readonly damage: string | null;
}

/** The source as the readers take it. */
export function sourceAt(root: string, source: StoredSource, bytes: number): VideoSource {
  if ("file" in source) return path.join(root, source.file);
  if ("frames" in source) return { frames: path.join(root, source.frames) };
  return { tar: path.join(root, source.tar), member: source.member, offset: source.offset, bytes };
}

/** "file", "tar" or "frames". */
export function kindOf(source: StoredSource): "file" | "tar" | "frames" {
  if ("file" in source) return "file";
  return "tar" in source ? "tar" : "frames";
}
