/**
 * The batches of a training: which videos each step sees, in which parts, and what chance does to them. A function of the seed
 * and the step alone, so that a resumed run draws what it would have drawn. Into how many parts a step is cut changes nothing
 * but the rounding of sums.
 */
import { drawMixing, type Mixing, mixInto } from "../data/augment/mixing.js";
import { softTarget } from "../data/augment/soft-targets.js";
import { random } from "../data/random.js";
import { lentTensor } from "../features/lent-arrays.js";
import { tf } from "../nn/array.js";
import type { MicroBatch } from "../train/accumulate.js";
import { batchIndices, inParts, stepsPerEpoch } from "../train/batches.js";
import type { VideoBatch } from "./learner.js";
import type { TrainSpec } from "./spec.js";
import type { TrainingClips, VideoSource } from "./videos.js";

export interface TrainingBatches {
  readonly stepsPerEpoch: number;
  /** The batch of a step, 0-based over the whole run. */
  at(step: number): Promise<VideoBatch>;
  /** The same batch in parts of at most `size` videos. */
  partsAt(step: number, size: number): readonly MicroBatch<VideoBatch>[];
}

/**
 * @param places of the training videos in the source
 * @param classes K, for soft targets
 */
export function trainingBatches(
  spec: TrainSpec,
  seed: number,
  source: VideoSource,
  places: readonly number[],
  classes: number,
): TrainingBatches {
  const perEpoch = stepsPerEpoch(places.length, spec.batch);
  const placesAt = (step: number): number[] =>
    batchIndices(seed, step, places.length, spec.batch).map((at) => places[at]!);
  const { training } = source;
  const announce = nextPlaces(source, placesAt, perEpoch, spec.epochs * perEpoch);
  if (!training) {
    const batch = async (step: number, part: readonly number[], done: number): Promise<VideoBatch> => {
      const loaded = await source.batch(part);
      announce(step, done);
      return loaded;
    };
    return {
      stepsPerEpoch: perEpoch,
      at: (step) => batch(step, placesAt(step), spec.batch),
      partsAt: (step, size) =>
        inParts(placesAt(step), size).map(({ part, share }, at) => ({
          share,
          load: () => batch(step, part, (at + 1) * size),
        })),
    };
  }
  const { mixing: mix, labelSmoothing } = spec;
  /** Loaders of groups: what is mixed with each other, else of `size` videos. */
  const groupsAt = (step: number, size: number): Loader[] =>
    inParts(placesAt(step), mix?.group ?? size).map(({ part }, at) => {
      const stream = random(seed).fork("mixing").fork(step).fork(at);
      const labels = part.map((place) => source.samples[place]!.label);
      const mixing = mix ? drawMixing(stream, part.length, training.shape[2], mix) : null;
      const epoch = Math.floor(step / perEpoch);
      const load = async (): Promise<Group> => {
        const clips = await training.clips(part, epoch);
        announce(step, (at + 1) * (mix?.group ?? size));
        return { labels, mixing, clips };
      };
      return { size: part.length, load };
    });
  const batchOf = (rows: readonly Row[]): VideoBatch => stacked(rows, training.shape, classes, labelSmoothing);
  return {
    stepsPerEpoch: perEpoch,
    async at(step) {
      const rows: Row[] = [];
      for (const { load } of groupsAt(step, spec.batch)) rows.push(...rowsOf(await load()));
      return batchOf(rows);
    },
    partsAt(step, size) {
      const groups = groupsAt(step, size);
      const videos = groups.reduce((sum, group) => sum + group.size, 0);
      return groups.flatMap((group) =>
        partsOf(group, size).map(({ count, load }) => ({
          share: count / videos,
          load: async () => batchOf(await load()),
        })),
      );
    },
  };
}

/** Tells the source what comes after the first `done` videos of a step: its others, then those of the next step. */
function nextPlaces(
  source: VideoSource,
  placesAt: (step: number) => number[],
  perEpoch: number,
  steps: number,
): (step: number, done: number) => void {
  return (step, done) => {
    const rest = placesAt(step).slice(done);
    const next = step + 1 < steps ? placesAt(step + 1) : [];
    const of = (at: number) => (place: number) => ({ place, epoch: Math.floor(at / perEpoch) });
    source.upcoming?.([...rest.map(of(step)), ...next.map(of(step + 1))]);
  };
}

interface Loader {
  readonly size: number;
  readonly load: () => Promise<Group>;
}

/** Videos that are mixed with each other, where anything is mixed, in memory. */
interface Group {
  readonly labels: readonly number[];
  readonly clips: readonly Float32Array[];
  readonly mixing: Mixing | null;
}

/** A video of a group. */
interface Row {
  readonly group: Group;
  readonly at: number;
}

function rowsOf(group: Group): Row[] {
  return group.labels.map((_, at) => ({ group, at }));
}

/** A group in parts: it is loaded once, when the first part's turn comes, and let go with the last. */
function partsOf({ size, load }: Loader, most: number): { count: number; load: () => Promise<readonly Row[]> }[] {
  let group: Promise<Group> | undefined;
  const places = Array.from({ length: size }, (_, at) => at);
  return inParts(places, most).map(({ part }) => ({
    count: part.length,
    async load() {
      group ??= load();
      const rows = rowsOf(await group);
      if (part.at(-1) === size - 1) group = undefined;
      return part.map((at) => rows[at]!);
    },
  }));
}

/** Pixels [B, T, 3, S, S] with labels int32 [B]; of mixed videos with soft targets float32 [B, K]. */
function stacked(rows: readonly Row[], shape: TrainingClips["shape"], classes: number, smoothing: number): VideoBatch {
  const [frames, channels, side] = shape;
  const length = frames * channels * side * side;
  const targets: Float32Array[] = [];
  const video = lentTensor([rows.length, ...shape], (pixels) => {
    for (const [row, { group, at }] of rows.entries()) {
      const { labels, clips, mixing } = group;
      const out = pixels.subarray(row * length, (row + 1) * length);
      if (!mixing) out.set(clips[at]!);
      else {
        mixInto(out, clips, at, mixing, side);
        targets.push(softTarget(labels, at, mixing, classes, smoothing));
      }
    }
  });
  if (targets.length === 0) {
    return {
      video,
      labels: tf.tensor1d(
        Int32Array.from(rows, ({ group, at }) => group.labels[at]!),
        "int32",
      ),
    };
  }
  return {
    video,
    labels: tf.tensor2d(Float32Array.from(targets.flatMap((target) => [...target])), [rows.length, classes]),
  };
}
