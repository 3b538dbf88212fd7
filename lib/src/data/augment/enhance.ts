/**
 * Brightness, contrast and saturation of 8-bit pictures, bit for bit as torchvision has them on Pillow pictures: between the
 * picture and one that lacks the quality (Pillow `ImageEnhance.py`; `src/libImaging/Blend.c` in 32-bit floats, cut to a level).
 * All work in place on RGB pixels [n, 3]; factor 1 changes nothing, 0 takes the quality away, above 1 there is more of it.
 */
import { luma, meanLuma } from "./gray.js";

/** Level `value` moved away from (or, below 1, towards) level `without`. `factor` has 32 bits. */
function blend(without: number, value: number, factor: number): number {
  const moved = Math.fround(without + Math.fround(factor * (value - without)));
  if (moved <= 0) return 0;
  return moved >= 255 ? 255 : Math.trunc(moved);
}

/** Every level through a table: all pixels move to or from the same level. */
function blendAll(data: Uint8Array, without: number, factor: number): void {
  const table = Uint8Array.from({ length: 256 }, (_, level) => blend(without, level, factor));
  for (let at = 0; at < data.length; at++) data[at] = table[data[at]!]!;
}

export function adjustBrightness(data: Uint8Array, factor: number): void {
  blendAll(data, 0, Math.fround(factor));
}

export function adjustContrast(data: Uint8Array, factor: number): void {
  blendAll(data, meanLuma(data), Math.fround(factor));
}

export function adjustSaturation(data: Uint8Array, factor: number): void {
  const share = Math.fround(factor);
  if (share === 1) return;
  for (let at = 0; at < data.length; at += 3) {
    const red = data[at]!;
    const green = data[at + 1]!;
    const blue = data[at + 2]!;
    const gray = luma(red, green, blue);
    data[at] = blend(gray, red, share);
    data[at + 1] = blend(gray, green, share);
    data[at + 2] = blend(gray, blue, share);
  }
}
