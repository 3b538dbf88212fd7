/** Floating-point operations of CLIP's towers: two for every multiplication and addition of their matrix products, no others. */
import { type ClipConfig, patchCount } from "./clip-config.js";

/** [m, k] times [k, n]. */
export const productFlops = (m: number, k: number, n: number): number => 2 * m * k * n;

/** Blocks over sequences: four projections, scores and mixture (in full, masked or not), and the feed-forward of 4. */
function blocks(sequences: number, length: number, width: number, layers: number): number {
  const dense = 12 * productFlops(sequences * length, width, width);
  const attended = 2 * sequences * productFlops(length, width, length);
  return layers * (dense + attended);
}

/** The visual tower over these frames, without the projection into the joint space. */
export function towerFlops(clip: ClipConfig, frames: number): number {
  const patches = patchCount(clip);
  const embedded = productFlops(frames * patches, 3 * clip.patchSize ** 2, clip.visionWidth);
  return embedded + blocks(frames, 1 + patches, clip.visionWidth, clip.visionLayers);
}

/** The text tower over this many prompts, without the projection into the joint space. */
export function textFlops(clip: ClipConfig, prompts: number): number {
  return blocks(prompts, clip.contextLength, clip.textWidth, clip.textLayers);
}
