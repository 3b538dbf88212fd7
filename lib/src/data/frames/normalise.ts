/** 8-bit pixels to the zero-mean, unit-variance floats of each model family, through a table of 256 values a channel. */
import type { Region } from "./rgb.js";

/**
 * `imagenet`: ImageNet's mean and deviation on 0..255 (X-CLIP, ViFi-CLIP; mmcv `imnormalize_`).
 * `clip`: CLIP's own on 0..1 (torchvision `ToTensor` and `Normalize`).
 */
export type Norm = "imagenet" | "clip";

/** Mean and deviation of red, green and blue, of pixels 0..255 divided by `range`. */
export const NORM_CONSTANTS = {
  imagenet: { range: 1, mean: [123.675, 116.28, 103.53], std: [58.395, 57.12, 57.375] },
  clip: { range: 255, mean: [0.48145466, 0.4578275, 0.40821073], std: [0.26862954, 0.26130258, 0.27577711] },
} as const satisfies Record<Norm, object>;

/** The value of each 8-bit level, [3, 256]; rounded to 32 bits after each step, which gives the official values exactly. */
export function normTable(norm: Norm): Float32Array {
  const { range, mean, std } = NORM_CONSTANTS[norm];
  const table = new Float32Array(3 * 256);
  for (let c = 0; c < 3; c++) {
    for (let level = 0; level < 256; level++) {
      const centred = Math.fround(Math.fround(level / range) - Math.fround(mean[c]!));
      table[c * 256 + level] = centred / Math.fround(std[c]!);
    }
  }
  return table;
}

/** Writes `region` of an RGB picture [h, width, 3] as planes [3, region.height, region.width] through `table`. */
export function normaliseInto(
  out: Float32Array,
  picture: Uint8Array,
  width: number,
  region: Region,
  table: Float32Array,
): void {
  const plane = region.width * region.height;
  let at = 0;
  for (let y = 0; y < region.height; y++) {
    let from = ((region.top + y) * width + region.left) * 3;
    for (let x = 0; x < region.width; x++, at++, from += 3) {
      out[at] = table[picture[from]!]!;
      out[at + plane] = table[256 + picture[from + 1]!]!;
      out[at + 2 * plane] = table[512 + picture[from + 2]!]!;
    }
  }
}
