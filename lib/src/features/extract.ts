/** Runs a frozen visual tower over videos, once each: decode, sample, transform, encode, keep on disk. */

import type { SamplingSpec } from "../data/frames/sampling-spec.js";
import type { TransformSpec } from "../data/frames/transforms.js";
import { videoTransform } from "../data/frames/transforms.js";
import type { Sample } from "../data/types.js";
import type { VideoRoot } from "../data/video/source.js";
import { startEngine } from "../engine/index.js";
import { FeatureCache } from "./cache.js";
import { keepContents } from "./content.js";
import type { KeptTokens, Tower } from "./encode.js";
import { Extraction } from "./extraction.js";
import type { FeatureSet } from "./feature-set.js";

export interface ExtractOptions {
  /** Frames a video. */
  readonly frames: number;
  /** Default: the official single-view test transform at the tower's resolution. */
  readonly transform?: TransformSpec;
  /** Default: one clip, the centres of equal segments. A random one draws by the video's content: it has one feature. */
  readonly sampling?: SamplingSpec;
  /** Default "cls+patch". "all" keeps every token of every frame: much larger. */
  readonly tokens?: KeptTokens;
  /** Stores values as 16-bit floats: half the bytes, numbers that differ, kept apart from the others. Default false. */
  readonly half?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface Extracted {
  readonly features: FeatureSet;
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
  /** Videos that this call has run the tower over; the others' features were there, or another process has made them. */
  readonly made: number;
  /** Of the videos' features on the disk. */
  readonly bytes: number;
  /** Folder that holds them. */
  readonly folder: string;
}

/**
 * The features of every readable sample below `root`, from the disk or computed. Unreadable ones are listed. Processes that want
 * the same videos share the work.
 *
 * @throws UserError where features cannot be kept: a NoRoomError for a full disk; those kept so far stay
 */
export async function extractFeatures(
  tower: Tower,
  root: VideoRoot,
  samples: readonly Sample[],
  options: ExtractOptions,
): Promise<Extracted> {
  const { frames, sampling, tokens = "cls+patch", half = false } = options;
  const transform = options.transform ?? videoTransform(tower.backbone.config.imageResolution);
  const { backend } = await startEngine();
  const cache = FeatureCache.open({
    weights: tower.hash,
    frames,
    transform: JSON.stringify(sampling ? { transform, sampling } : transform),
    backend,
    tokens,
    half,
  });
  const load = { frames, transform, ...(sampling ? { sampling } : {}) };
  const extraction = new Extraction({ tower, tokens, root, load, cache, samples, ...options });
  try {
    await extraction.find();
    await extraction.make();
  } finally {
    keepContents();
    await cache.close();
  }
  return {
    features: extraction.features(),
    skipped: extraction.skipped(),
    made: extraction.made,
    bytes: extraction.bytes(),
    folder: cache.folder,
  };
}
