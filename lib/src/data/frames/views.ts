/**
 * Views of a video that testing averages over, clips x crops, as the official code does (microsoft/VideoX `X-CLIP/main.py`
 * validate and `datasets/build.py`, TEST.NUM_CLIP and NUM_CROP): the scores of a video are the sum of its views' softmax.
 * The frames of every view, in the official order [crop][clip][frame], are what loadClip gives with `viewOptions`.
 */
import { UserError } from "../../errors.js";
import type { ClipOptions } from "./load.js";
import { threeCropTransform, videoTransform } from "./transforms.js";

/** JSON-serialisable. One clip of one crop, the official single view, is no ViewsSpec but its absence. */
export interface ViewsSpec {
  /** Clips of T frames, taken over the whole video. */
  readonly clips: number;
  /** 1: the middle, of frames resized to a short side of 256/224 of the model's. 3: left, right, middle (or top, bottom, middle) of a short side as large as the model's. */
  readonly crops: 1 | 3;
  /** How several clips take their frames: by chance, as the official code does, or equally spaced (sampling-spec.ts). One clip takes the segments' centres: "fixed". */
  readonly rule: "random" | "fixed";
}

/**
 * How clips are loaded for these views by a model of `size` pixels.
 *
 * @param views default: the official single view
 * @param seed of the random rule
 */
export function viewOptions(
  views: ViewsSpec | undefined,
  size: number,
  seed: number,
): Pick<ClipOptions, "transform" | "sampling"> {
  const transform = views?.crops === 3 ? threeCropTransform(size) : videoTransform(size);
  if (!views || views.clips === 1) return { transform };
  const { clips, rule } = views;
  return { transform, sampling: rule === "random" ? { rule, seed, clips } : { rule, clips } };
}

/** How many views there are of a video, each of T frames. */
export function viewCount(views: ViewsSpec | undefined): number {
  return views ? views.clips * views.crops : 1;
}

/** "1x1", "4x3, random rule", or with a seed "4x3, random rule, seed 2"; what is no choice is not said: "1x3". */
export function viewsText(views: ViewsSpec | undefined, seed?: number): string {
  if (!views) return "1x1";
  const { clips, crops, rule } = views;
  const parts = [`${clips}x${crops}`];
  if (clips > 1) parts.push(`${rule} rule`);
  if (clips > 1 && rule === "random" && seed !== undefined) parts.push(`seed ${seed}`);
  return parts.join(", ");
}

/**
 * Views as a person writes them, clips x crops: "4x3". The rule matters where there are several clips.
 *
 * @throws UserError where the text is something else
 */
export function parseViews(text: string, rule: ViewsSpec["rule"]): ViewsSpec | undefined {
  const [, clips, crops] = /^([1-9]\d{0,2})x([13])$/.exec(text) ?? [];
  if (clips === undefined) throw new UserError(`views "${text}": give clips x crops, 1 or 3 crops, such as 4x3`);
  if (clips === "1") return crops === "3" ? { clips: 1, crops: 3, rule: "fixed" } : undefined;
  return { clips: Number(clips), crops: crops === "3" ? 3 : 1, rule };
}
