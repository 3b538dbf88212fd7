/** Reads one video: what its content is, and whether it decodes. */
import { messageOf, UserError } from "../../errors.js";
import { checkVideo, reasonOf } from "../video/check.js";
import { sourceName, type VideoSource } from "../video/source.js";
import { sourceHash } from "../video/source-hash.js";
import type { Facts } from "./found.js";

export interface ProbeTask {
  readonly source: VideoSource;
  /** Decodes every frame; else the first. */
  readonly deep: boolean;
  /** The content's hash where it is known already; null: take it. */
  readonly hash: string | null;
}

/** What is wrong with the video is in the facts; nothing is thrown but the signal's reason. */
export async function probe({ source, deep, hash: known }: ProbeTask, signal?: AbortSignal): Promise<Facts> {
  const facts = { hash: known, frames: null, error: null, damage: null };
  try {
    const hash = known ?? (await sourceHash(source));
    signal?.throwIfAborted();
    try {
      return { ...facts, hash, ...(await checkVideo(source, deep, signal)) };
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      return { ...facts, hash, error: reasonOf(error, source) };
    }
  } catch (error) {
    signal?.throwIfAborted();
    return { ...facts, error: messageOf(error).replace(sourceName(source), "the file") };
  }
}
