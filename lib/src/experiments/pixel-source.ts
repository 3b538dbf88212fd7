/** The videos of a run as decoded pixels: for towers that are trained. */
import { videoTransform } from "../data/frames/transforms.js";
import { ClipLoader } from "../data/loader/clip-loader.js";
import { inOrder } from "../data/loader/in-order.js";
import { AHEAD_BYTES, clipBytes, defaultAhead } from "../data/loader/limits.js";
import { Prefetch } from "../data/loader/prefetch.js";
import { Replacements } from "../data/loader/replace.js";
import type { Sample } from "../data/types.js";
import { sourceIn, type VideoRoot } from "../data/video/source.js";
import { messageOf, UserError } from "../errors.js";
import { contentOf } from "../features/content.js";
import { lentTensor } from "../features/lent-arrays.js";
import { Memory } from "../features/memory.js";
import type { RecognizerConfig } from "../models/recognizer.js";
import { labelsOf, type SkippedVideo, type SourceOptions, type TrainingDraws, type VideoSource } from "./videos.js";

/** Training videos up to this number are all read before the first step; of more, each is read when its turn comes. */
export const CHECKED_BEFOREHAND = 20_000;

/** Decoded clips that a process keeps, by content and sampling; others are decoded whenever a batch asks for them. */
const clips = new Memory<Float32Array>(256e6, ({ byteLength }) => byteLength);

export interface PixelOptions extends SourceOptions {
  /** How clips are drawn for training; absent: as they are scored, batch by batch. */
  readonly training?: TrainingDraws;
  /**
   * Those of the samples that are read when their turn comes and not before; one that cannot be read is replaced
   * (data/loader/replace.ts). Default: none. The others are all read beforehand, and unreadable ones are left out.
   */
  readonly replaceable?: readonly Sample[];
}

/** Videos as pixels, decoded by a pool of workers. `close` it. */
export async function pixelSource(
  config: RecognizerConfig,
  root: VideoRoot,
  samples: readonly Sample[],
  options: PixelOptions,
): Promise<VideoSource> {
  const size = config.backbone.config.imageResolution;
  const { frames, signal, training, replaceable = [] } = options;
  const asScored = { frames, transform: videoTransform(size) };
  const bytes = clipBytes(asScored);
  const loader = new ClipLoader();
  const ahead = defaultAhead(loader.workers, bytes);
  const replacements = new Replacements(replaceable);
  const late = new Set(replaceable.map((sample) => sample.path));
  const prefetch = new Prefetch<Float32Array>(Math.max(1, Math.floor(AHEAD_BYTES / bytes)));
  signal?.addEventListener("abort", () => void loader.close(signal.reason), { once: true });

  const scored = async (sample: Sample): Promise<Float32Array> => {
    signal?.throwIfAborted();
    const file = sourceIn(root, sample.path);
    // Where videos are too many to be read beforehand, they are too many to be kept.
    const hash = late.has(sample.path) ? null : ((await contentOf(file).catch(() => null))?.hash ?? null);
    const key = hash === null ? null : `${hash} ${frames} ${JSON.stringify(asScored.transform)}`;
    const known = key === null ? undefined : clips.get(key);
    if (known) return known;
    const { pixels } = await loader.load(file, asScored);
    if (key !== null) clips.set(key, pixels);
    return pixels;
  };
  const drawn = async (sample: Sample, epoch: number): Promise<Float32Array> => {
    if (!training?.sampling && !training?.augment) return scored(sample);
    signal?.throwIfAborted();
    const draw = `${sample.path}#${epoch}`;
    return (await loader.load(sourceIn(root, sample.path), { ...asScored, ...training, draw })).pixels;
  };
  const trained = (sample: Sample, epoch: number): Promise<Float32Array> =>
    late.has(sample.path) ? replacements.load(sample, (candidate) => drawn(candidate, epoch)) : drawn(sample, epoch);
  const keyOf = (place: number, epoch: number): string => `${place} ${training ? epoch : 0}`;

  const { readable, unreadable } = await checked(samples, late, ahead, scored, options).catch(
    async (error: unknown) => {
      await loader.close();
      throw error;
    },
  );
  const batch = async (places: readonly number[]) => {
    const loaded: Float32Array[] = [];
    const load = (place: number) => prefetch.take(keyOf(place, 0), () => trained(readable[place]!, 0));
    for await (const clip of inOrder(places, ahead, training ? (place) => scored(readable[place]!) : load)) {
      loaded.push(clip);
    }
    return {
      video: lentTensor([places.length, frames, 3, size, size], (pixels) => {
        for (const [row, clip] of loaded.entries()) pixels.set(clip, row * clip.length);
      }),
      labels: labelsOf(readable, places),
    };
  };
  const trainingClips = async (places: readonly number[], epoch: number): Promise<Float32Array[]> => {
    const load = (place: number) => prefetch.take(keyOf(place, epoch), () => trained(readable[place]!, epoch));
    const loaded: Float32Array[] = [];
    for await (const clip of inOrder(places, ahead, load)) loaded.push(clip);
    return loaded;
  };
  return {
    samples: readable,
    get skipped() {
      return [...unreadable, ...replacements.replaced];
    },
    batch,
    upcoming: (wanted) =>
      prefetch.announce(
        wanted.map(({ place, epoch }) => ({
          key: keyOf(place, epoch),
          begin: () => trained(readable[place]!, epoch),
        })),
      ),
    close: () => loader.close(),
    ...(training ? { training: { shape: [frames, 3, size, size], clips: trainingClips } } : {}),
  };
}

/** Reads all but the late ones, and tells which can be read; those are in `readable` in order, with the late ones. */
async function checked(
  samples: readonly Sample[],
  late: ReadonlySet<string>,
  ahead: number,
  read: (sample: Sample) => Promise<Float32Array>,
  { onProgress }: PixelOptions,
): Promise<{ readable: Sample[]; unreadable: SkippedVideo[] }> {
  const readable: Sample[] = [];
  const unreadable: SkippedVideo[] = [];
  const reasonOf = async (sample: Sample): Promise<string | null> => {
    try {
      if (!late.has(sample.path)) await read(sample);
      return null;
    } catch (error) {
      if (error instanceof UserError) return messageOf(error);
      throw error;
    }
  };
  let at = 0;
  for await (const reason of inOrder(samples, ahead, reasonOf)) {
    const sample = samples[at++]!;
    if (reason === null) readable.push(sample);
    else unreadable.push({ path: sample.path, reason });
    onProgress?.(at, samples.length);
  }
  return { readable, unreadable };
}
