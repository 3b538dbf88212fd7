/**
 * Which frames of a video a clip takes, as data: JSON-serialisable, so that worker threads and cache keys can carry it.
 * Random numbers come from the spec's seed and the name of the draw alone, never from order or worker.
 */
import { random } from "../random.js";
import { multiViewDraws, segmentLength } from "./sampling.js";

interface Clips {
  /** How many clips of T frames are taken of one video. */
  readonly clips: number;
  /** The one that is wanted, 0-based. Default: all, one after the other. */
  readonly clip?: number;
}

/**
 * `random`: in each of T segments of whole frames one frame by chance, clip by clip: the official rule of training (one clip)
 * and of testing with several clips (microsoft/VideoX `X-CLIP/datasets/pipeline.py` SampleFrames, without test_mode). The
 * official code draws anew every time; here the seed and the draw's name decide.
 *
 * `fixed`: ours. Clip c of C takes in each of T equal segments the frame at (c + 1/2) / C of its length: the clips lie equally
 * spaced, each is a shifted copy of the others, and one clip is the official single view, the segments' centres.
 */
export type SamplingSpec =
  | (Clips & { readonly rule: "random"; readonly seed: number })
  | (Clips & { readonly rule: "fixed" });

/**
 * Indices of the frames wanted of a video that has `count`: T of the spec's clip, or T of each clip, clip by clip.
 *
 * @param frames T, frames a clip
 * @param draw name of this draw, such as a hash of the video's content, or "<path>#<epoch>"; a fixed rule ignores it
 * @throws RangeError for a video or clip without frames, and for a clip that is not one of the spec's
 */
export function sampledIndices(spec: SamplingSpec, count: number, frames: number, draw: string): number[] {
  const clips = wantedClips(spec);
  if (spec.rule === "fixed") return clips.flatMap((clip) => fixedClip(count, frames, (clip + 0.5) / spec.clips));
  return multiViewDraws(
    count,
    frames,
    clips.map((clip) => drawnOffsets(spec.seed, draw, clip, count, frames)),
  );
}

/** How many clips of T frames `sampledIndices` gives. */
export function clipsOf(spec: SamplingSpec | undefined): number {
  return spec === undefined ? 1 : wantedClips(spec).length;
}

function wantedClips({ clip, clips }: SamplingSpec): number[] {
  if (!Number.isInteger(clips) || clips < 1) throw new RangeError(`cannot take ${clips} clips of a video`);
  if (clip === undefined) return Array.from({ length: clips }, (_, at) => at);
  if (Number.isInteger(clip) && clip >= 0 && clip < clips) return [clip];
  throw new RangeError(`clip ${clip} is not one of ${clips}: expected 0 to ${clips - 1}`);
}

/** @param place inside every segment, 0 to 1 */
function fixedClip(count: number, frames: number, place: number): number[] {
  segmentLength(count, frames); // Refuses videos and clips without frames.
  const interval = count / frames;
  return Array.from({ length: frames }, (_, i) => Math.trunc(i * interval + interval * place));
}

function drawnOffsets(seed: number, draw: string, clip: number, count: number, frames: number): number[] {
  const length = segmentLength(count, frames);
  if (length === 0) return [];
  const stream = random(seed).fork("sampling").fork(draw).fork(clip);
  return Array.from({ length: frames }, () => stream.integer(length));
}
