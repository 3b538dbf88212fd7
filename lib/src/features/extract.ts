/** Runs a frozen visual tower over videos, once each: decode, sample, transform, encode, cache. */
import { randomInt } from "node:crypto";
import path from "node:path";
import { loadClips } from "../data/frames/load.js";
import type { SamplingSpec } from "../data/frames/sampling-spec.js";
import { type TransformSpec, videoTransform } from "../data/frames/transforms.js";
import { random } from "../data/random.js";
import type { Sample } from "../data/types.js";
import { startEngine } from "../engine/index.js";
import { messageOf } from "../errors.js";
import { sha256 } from "../weights/load.js";
import { FeatureCache, type VideoFeature } from "./cache.js";
import { encodeViews, type KeptTokens, type Tower } from "./encode.js";

export interface ExtractOptions {
  /** Frames a video. */
  readonly frames: number;
  /** Default: the official single-view test transform at the tower's resolution. */
  readonly transform?: TransformSpec;
  /** Default: one clip, the centres of equal segments. A random one draws by the video's content: it has one feature. */
  readonly sampling?: SamplingSpec;
  /** Default "cls+patch". "all" keeps every token of every frame: much larger. */
  readonly tokens?: KeptTokens;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface Extracted {
  /** By sample path; of several views together (`encodeViews`). */
  readonly features: ReadonlyMap<string, VideoFeature>;
  readonly skipped: readonly { readonly path: string; readonly reason: string }[];
}

interface Missing {
  readonly sample: Sample;
  readonly file: string;
}

/** The samples whose features nobody has made when their turn comes; notes which they are, and which not. */
function* stillMissing(
  order: readonly Missing[],
  cache: FeatureCache,
  begun: Missing[],
  elsewhere: Missing[],
): Generator<Sample> {
  for (const one of order) {
    const made = cache.has(one.file);
    (made ? elsewhere : begun).push(one);
    if (!made) yield one.sample;
  }
}

/** The features of every readable sample below `root`, from the cache or computed. Unreadable ones are listed. */
export async function extractFeatures(
  tower: Tower,
  root: string,
  samples: readonly Sample[],
  options: ExtractOptions,
): Promise<Extracted> {
  const transform = options.transform ?? videoTransform(tower.backbone.config.imageResolution);
  const tokens = options.tokens ?? "cls+patch";
  const { backend } = await startEngine();
  const { frames, sampling } = options;
  const cache = new FeatureCache({
    weights: tower.hash,
    frames,
    transform: JSON.stringify(sampling ? { transform, sampling } : transform),
    backend,
    tokens,
  });
  const features = new Map<string, VideoFeature>();
  const skipped: { path: string; reason: string }[] = [];
  let missing: Missing[] = [];
  const draws = new Map<string, string>();
  const progress = (): void => options.onProgress?.(features.size + skipped.length, samples.length);
  for (const sample of samples) {
    options.signal?.throwIfAborted();
    try {
      const file = await cache.fileOf(path.join(root, sample.path));
      if (sampling?.rule === "random") draws.set(sample.path, await sha256(path.join(root, sample.path)));
      const feature = await cache.read(file);
      if (feature) features.set(sample.path, feature);
      else missing.push({ sample, file });
    } catch (error) {
      skipped.push({ path: sample.path, reason: messageOf(error) });
    }
    if (missing.length === 0) progress();
  }
  while (missing.length > 0) {
    // Processes that want the same videos take them in an order of their own, and leave out what another has made meanwhile.
    const order = random(randomInt(2 ** 31)).shuffle(missing);
    const begun: Missing[] = [];
    const elsewhere: Missing[] = [];
    const clips = loadClips(root, stillMissing(order, cache, begun, elsewhere), {
      frames,
      transform,
      ...(sampling ? { sampling } : {}),
      drawOf: ({ path: name }) => draws.get(name) ?? name,
      ...(options.signal ? { signal: options.signal } : {}),
    });
    let at = 0;
    for await (const clip of clips) {
      const { sample, file } = begun[at++]!;
      if ("error" in clip) {
        skipped.push({ path: sample.path, reason: clip.error });
      } else {
        const feature = await encodeViews(tower, clip.pixels, frames, tokens);
        await cache.write(file, feature);
        features.set(sample.path, feature);
      }
      progress();
    }
    missing = [];
    for (const made of elsewhere) {
      const feature = await cache.read(made.file);
      if (feature) features.set(made.sample.path, feature);
      else missing.push(made);
    }
    progress();
  }
  const place = new Map(samples.map(({ path: name }, at) => [name, at]));
  skipped.sort((a, b) => place.get(a.path)! - place.get(b.path)!);
  return { features, skipped };
}
