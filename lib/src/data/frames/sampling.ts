/**
 * Which frames of a video a model sees. Rules of microsoft/VideoX `X-CLIP/datasets/pipeline.py`, class `SampleFrames` with
 * `clip_len=1, frame_interval=1` (the same file is in ViFi-CLIP). `count` is the number of frames in the video, `frames`
 * the number wanted; indices are 0-based and repeat where the video is shorter.
 */
import { roundHalfEven } from "./round.js";

/** Test time: the centre of each of `frames` equal segments. */
export function segmentCentres(count: number, frames: number): number[] {
  check(count, frames);
  const interval = count / frames;
  return Array.from({ length: frames }, (_, i) => Math.trunc(i * interval + interval / 2));
}

/** Whole frames in a training segment: offsets are drawn below it. 0 where the video has fewer frames than wanted. */
export function segmentLength(count: number, frames: number): number {
  check(count, frames);
  return Math.floor(count / frames);
}

/**
 * Training: one frame from each segment. `offsets` holds `frames` integers, each 0 <= offset < segmentLength; it is unused
 * (may be empty) where the segment length is 0: then the frames are spread evenly, with no chance in it.
 */
export function segmentDraws(count: number, frames: number, offsets: readonly number[]): number[] {
  const length = segmentLength(count, frames);
  if (length === 0) {
    const ratio = count / frames;
    return Array.from({ length: frames }, (_, i) => roundHalfEven(i * ratio) % count);
  }
  return Array.from({ length: frames }, (_, i) => {
    const offset = offsets[i];
    if (offset === undefined || !Number.isInteger(offset) || offset < 0 || offset >= length) {
      throw new RangeError(`offset ${i} of a training draw is ${offset}; expected an integer from 0 to ${length - 1}`);
    }
    return i * length + offset;
  });
}

/**
 * Multi-view testing: one training draw a clip (`offsets` holds one list a clip), concatenated. The official code draws
 * its temporal views at random as well: they are not segment centres.
 */
export function multiViewDraws(count: number, frames: number, offsets: readonly (readonly number[])[]): number[] {
  return offsets.flatMap((clip) => segmentDraws(count, frames, clip));
}

/** The rule for Something-Something: centres of segments of `count - 1`, with rounded borders (mode `frame_uniform`). */
export function uniformCentres(count: number, frames: number): number[] {
  check(count, frames);
  const segment = (count - 1) / frames;
  return Array.from({ length: frames }, (_, i) =>
    Math.floor((roundHalfEven(segment * i) + roundHalfEven(segment * (i + 1))) / 2),
  );
}

export const CROPS = ["left/top", "right/bottom", "middle"] as const;

/** One view of a multi-view test: frames `first` to `last` of the transformed [crop][clip][frame] batch. */
export interface View {
  readonly n: number;
  readonly crop: (typeof CROPS)[number];
  readonly clip: number;
  readonly first: number;
  readonly last: number;
}

/** The official order of views: n = crop * clips + clip. The scores of a video are the sum of its views' softmax. */
export function multiViewOrder(frames: number, clips: number): View[] {
  return CROPS.flatMap((crop, c) =>
    Array.from({ length: clips }, (_, clip) => {
      const n = c * clips + clip;
      return { n, crop, clip, first: n * frames, last: (n + 1) * frames - 1 };
    }),
  );
}

function check(count: number, frames: number): void {
  if (!Number.isInteger(count) || count < 1) throw new RangeError(`a video of ${count} frames cannot be sampled`);
  if (!Number.isInteger(frames) || frames < 1) throw new RangeError(`cannot sample ${frames} frames`);
}
