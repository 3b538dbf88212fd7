/** Finds the video of a sample: where the dataset's index says, else below the dataset's root. */
import { statSync } from "node:fs";
import path from "node:path";
import { UserError } from "../../errors.js";
import { datasetRoot } from "../manifest-find.js";
import type { Dataset, Sample } from "../types.js";
import type { VideoRoot, VideoSource } from "../video/source.js";
import { sourceAt } from "./found.js";
import { indexFile, readIndex, type VideoIndex } from "./index-file.js";
import { presenceOf } from "./verify-sources.js";

interface Known {
  /** Of the index's file: inode, size and time. */
  readonly state: string;
  readonly index: VideoIndex | null;
}

/** Indexes read by this process, by their files. */
const known = new Map<string, Known>();

/** A dataset's index, read again only where the file has changed; null where there is none. Throws as `readIndex`. */
export function videoIndex(dataset: Dataset): VideoIndex | null {
  const file = indexFile(dataset.name);
  const stats = statSync(file, { throwIfNoEntry: false });
  if (!stats) return null;
  const state = `${stats.ino} ${stats.size} ${stats.mtimeMs}`;
  const before = known.get(file);
  if (before?.state === state) return before.index;
  const index = readIndex(dataset.name);
  known.set(file, { state, index });
  return index;
}

/** A sample's source, and what the index says of it where it does. */
function placeOf(dataset: Dataset, sample: Pick<Sample, "path">) {
  const index = videoIndex(dataset);
  const entry = index?.entries.get(sample.path);
  const source: VideoSource =
    index && entry ? sourceAt(index.root, entry.source, entry.bytes) : path.join(datasetRoot(dataset), sample.path);
  return { source, index, entry };
}

/**
 * The source of a sample's video; not checked to exist. Throws a UserError where it is in an archive that has changed since it was
 * prepared: another video may be in its place now.
 */
export function videoFile(dataset: Dataset, sample: Pick<Sample, "path">): VideoSource {
  const { source, index, entry } = placeOf(dataset, sample);
  if (!index || !entry) return source;
  if (typeof source !== "string" && presenceOf(source, entry) === "changed" && "tar" in source) {
    throw new UserError(
      `${source.tar} has changed since it was indexed: vghif data prepare ${dataset.name} --root ${index.root}`,
    );
  }
  return source;
}

/** Where a dataset's videos are, for loaders: its root folder where it has no index. */
export function videoRoot(dataset: Dataset): VideoRoot {
  if (videoIndex(dataset) === null) return datasetRoot(dataset);
  return (samplePath) => videoFile(dataset, { path: samplePath });
}

/** The folder that a dataset's videos were found below, else its root; not checked to exist. */
export function videosFolder(dataset: Dataset): string {
  return videoIndex(dataset)?.root ?? datasetRoot(dataset);
}

/** Whether a sample's video is there. */
export function hasVideo(dataset: Dataset, sample: Pick<Sample, "path">): boolean {
  return presenceOf(placeOf(dataset, sample).source, undefined) === "there";
}
