/**
 * Mixup and cutmix of training clips: rules of microsoft/VideoX `X-CLIP/datasets/blending.py`, class CutmixMixupBlending (the
 * same in ViFi-CLIP), in the 32-bit floats that it has. Papers: arXiv 1710.09412 (mixup), 1905.04899 (cutmix).
 */
import type { Region } from "../frames/rgb.js";
import type { Random } from "../random.js";
import { betaDraw } from "./beta.js";

export interface MixingSpec {
  /** The share of a clip is drawn from Beta(alpha, alpha). Official alphas: mixup 0.8, cutmix 1. */
  readonly mixup: number;
  readonly cutmix: number;
  /** Chance of cutmix; else it is mixup. Official: 0.5. */
  readonly cutmixChance: number;
  /**
   * Videos that are mixed with each other, under one draw. The official code draws once for what one device loads at a time
   * (BATCH_SIZE: 4 or 8), not for the whole step. The last group of a step may be smaller.
   */
  readonly group: number;
}

/** What chance decided for a group of clips. */
export interface Mixing {
  /** What a clip keeps of itself, of 32 bits; its partner has the rest. */
  readonly share: number;
  /** Every clip's partner, a permutation: a clip may be its own. */
  readonly partners: readonly number[];
  /** cutmix: what comes from the partner, the same in every frame; may be empty. null: mixup. */
  readonly box: Region | null;
}

/** Draws for `count` clips of frames of `side` x `side` pixels. */
export function drawMixing(stream: Random, count: number, side: number, spec: MixingSpec): Mixing {
  const cutmix = stream.chance(spec.cutmixChance);
  const partners = stream.shuffle(Array.from({ length: count }, (_, at) => at));
  const alpha = cutmix ? spec.cutmix : spec.mixup;
  const share = Math.fround(betaDraw(stream, alpha, alpha));
  if (!cutmix) return { share, partners, box: null };
  const box = cutmixBox(side, share, stream.integer(side), stream.integer(side));
  return { share: keptShare(side, box), partners, box };
}

/**
 * A box around a point whose area is that of what is not kept. It ends at the picture's border, and its sides are even numbers
 * of pixels before that.
 */
export function cutmixBox(side: number, share: number, centreX: number, centreY: number): Region {
  const ratio = Math.fround(Math.sqrt(Math.fround(1 - share)));
  const half = Math.floor(Math.trunc(Math.fround(side * ratio)) / 2);
  const inside = (at: number): number => Math.max(0, Math.min(at, side));
  const left = inside(centreX - half);
  const top = inside(centreY - half);
  return { left, top, width: inside(centreX + half) - left, height: inside(centreY + half) - top };
}

/** What is left of a picture outside the box. */
export function keptShare(side: number, { width, height }: Region): number {
  return Math.fround(1 - Math.fround((width * height) / (side * side)));
}

/** Writes clip `at` of a group, mixed with its partner, to `out`; all of [T, 3, side, side]. */
export function mixInto(
  out: Float32Array,
  clips: readonly Float32Array[],
  at: number,
  { share, partners, box }: Mixing,
  side: number,
): void {
  const own = clips[at]!;
  const other = clips[partners[at]!]!;
  if (!box) {
    const rest = Math.fround(1 - share);
    for (let i = 0; i < out.length; i++) out[i] = Math.fround(share * own[i]!) + Math.fround(rest * other[i]!);
    return;
  }
  out.set(own);
  for (let plane = 0; plane < out.length; plane += side * side) {
    for (let row = box.top; row < box.top + box.height; row++) {
      const from = plane + row * side + box.left;
      out.set(other.subarray(from, from + box.width), from);
    }
  }
}
