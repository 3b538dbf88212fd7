/** Where a video's pictures are: what `openVideo` and the readers take. JSON-serialisable, so that workers can be sent it. */
import path from "node:path";

/** A video file inside an uncompressed tar archive. */
export interface TarMember {
  /** The archive's path. */
  readonly tar: string;
  /** The member's name in the archive; for messages. */
  readonly member: string;
  /** Where the member's bytes begin in the archive. */
  readonly offset: number;
  /** How many they are. */
  readonly bytes: number;
}

/** A folder with one picture (jpg, png, webp) a frame, in the order of the numbers in their names. */
export interface FrameFolder {
  readonly frames: string;
}

/** The path of a video file, a member of a tar archive, or a folder of frames. */
export type VideoSource = string | TarMember | FrameFolder;

/**
 * Where a dataset's videos are: a folder that sample paths are relative to, or a function from a sample's path to its source
 * (`videoRoot` gives the one or the other).
 */
export type VideoRoot = string | ((samplePath: string) => VideoSource);

/** The source of the sample with this path. */
export function sourceIn(root: VideoRoot, samplePath: string): VideoSource {
  return typeof root === "string" ? path.join(root, samplePath) : root(samplePath);
}

export function isFrameFolder(source: VideoSource): source is FrameFolder {
  return typeof source !== "string" && "frames" in source;
}

/** How a message names a source. */
export function sourceName(source: VideoSource): string {
  if (typeof source === "string") return source;
  return "tar" in source ? `"${source.member}" in ${source.tar}` : source.frames;
}
