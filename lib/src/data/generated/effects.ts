/** What encoding does to a picture, done cheaply to a single frame: softness, lost detail in blocks, coarse colour. */
import type { Random } from "../random.js";

/** Blocks of this many pixels a side; codecs use 8 or 16 on frames a little larger. */
const BLOCK = 6;

/**
 * Changes a picture in place as a strongly compressed video would.
 * @param rgb      [height, width, 3]
 * @param strength 0 (nothing) to 1 (about the worst quality in the generated datasets)
 */
export function imitateCompression(
  rgb: Uint8Array,
  { width, height }: { readonly width: number; readonly height: number },
  strength: number,
  rng: Random,
): void {
  if (strength <= 0) return;
  soften(rgb, width, height, 0.6 * strength * rng.next());
  const least = 4 + 14 * strength * rng.next();
  const loss = 0.75 * strength;
  for (let top = 0; top < height; top += BLOCK) {
    for (let left = 0; left < width; left += BLOCK) {
      flattenBlock(rgb, width, left, Math.min(width, left + BLOCK), top, Math.min(height, top + BLOCK), least, loss);
    }
  }
}

/** Differences from the block's mean that are below `least` levels lose this share. */
function flattenBlock(
  rgb: Uint8Array,
  width: number,
  left: number,
  right: number,
  top: number,
  bottom: number,
  least: number,
  loss: number,
): void {
  const count = (right - left) * (bottom - top);
  for (let channel = 0; channel < 3; channel++) {
    let sum = 0;
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) sum += rgb[(y * width + x) * 3 + channel]!;
    }
    const mean = sum / count;
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const at = (y * width + x) * 3 + channel;
        const detail = rgb[at]! - mean;
        if (Math.abs(detail) < least) rgb[at] = Math.round(mean + detail * (1 - loss));
      }
    }
  }
}

/** Moves every pixel by `share` towards the mean of its left and right, then of its upper and lower neighbours. */
function soften(rgb: Uint8Array, width: number, height: number, share: number): void {
  for (const [step, line] of [
    [3, width * 3],
    [width * 3, width * 3 * height],
  ] as const) {
    const before = rgb.slice();
    for (let at = 0; at < rgb.length; at++) {
      const inLine = at % line;
      if (inLine < step || inLine >= line - step) continue;
      const around = (before[at - step]! + before[at + step]!) / 2;
      rgb[at] = Math.round(before[at]! + share * (around - before[at]!));
    }
  }
}
