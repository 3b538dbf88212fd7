/** Made-up pictures and counts of draws. */
import type { RgbFrames } from "vghif/dist/data/frames/rgb.js";
import { random } from "vghif/dist/data/random.js";

/** Smooth colours with noise on them, so that neither resizing nor colours are trivial. */
export function madeUpFrames(count: number, width: number, height: number): RgbFrames {
  const noise = random("frames");
  const data = new Uint8Array(count * width * height * 3);
  let at = 0;
  for (let t = 0; t < count; t++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        for (const slope of [3, 5, 7]) data[at++] = (x * slope + y * (9 - slope) + 40 * t + noise.integer(60)) % 256;
      }
    }
  }
  return { count, width, height, data };
}

/** How often each value came up, by its JSON. */
export function counts<T>(values: Iterable<T>): Map<string, number> {
  const result = new Map<string, number>();
  for (const value of values) {
    const key = JSON.stringify(value);
    result.set(key, (result.get(key) ?? 0) + 1);
  }
  return result;
}

/**
 * Pearson's statistic of counts against equal chances for `options` values, in standard deviations above its mean: below 4 for
 * draws that are fair.
 */
export function unfairness(found: ReadonlyMap<string, number>, options: number): number {
  const total = [...found.values()].reduce((sum, n) => sum + n, 0);
  const expected = total / options;
  const seen = [...found.values()].reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
  const unseen = (options - found.size) * expected;
  return (seen + unseen - (options - 1)) / Math.sqrt(2 * (options - 1));
}
