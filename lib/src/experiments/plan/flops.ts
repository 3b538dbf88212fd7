/** Floating-point operations of a video through a CLIP-like model: two a multiplication and addition of its matrix products. */
import { type ClipConfig, patchCount } from "../../models/clip-config.js";

const product = (m: number, k: number, n: number): number => 2 * m * k * n;

function blocks(sequences: number, length: number, width: number, layers: number): number {
  return layers * (12 * product(sequences * length, width, width) + 2 * sequences * product(length, width, length));
}

/** The visual tower over the frames of one video. What a family adds to it (under a tenth) is left out. */
export function towerFlops(clip: ClipConfig, frames: number): number {
  const patches = patchCount(clip);
  const embedded = product(frames * patches, 3 * clip.patchSize ** 2, clip.visionWidth);
  return embedded + blocks(frames, 1 + patches, clip.visionWidth, clip.visionLayers);
}

/** The text tower over this many prompts. */
export function textFlops(clip: ClipConfig, prompts: number): number {
  return blocks(prompts, clip.contextLength, clip.textWidth, clip.textLayers);
}
