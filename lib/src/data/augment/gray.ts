/** Brightness of colours as Pillow counts it (`src/libImaging/Convert.c`, rgb2l: ITU-R 601-2 luma in 16 fractional bits). */

/** Of one pixel, 0 to 255. */
export function luma(red: number, green: number, blue: number): number {
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
}

/** Takes the colour out of RGB pixels [n, 3], in place (torchvision `Grayscale(3)` on a Pillow picture). */
export function grayPixels(data: Uint8Array): void {
  for (let at = 0; at < data.length; at += 3) {
    const level = luma(data[at]!, data[at + 1]!, data[at + 2]!);
    data[at] = level;
    data[at + 1] = level;
    data[at + 2] = level;
  }
}

/** The mean luma of RGB pixels, rounded to a level (Pillow `ImageEnhance.Contrast`: half goes up). */
export function meanLuma(data: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < data.length; at += 3) sum += luma(data[at]!, data[at + 1]!, data[at + 2]!);
  return Math.trunc(sum / (data.length / 3) + 0.5);
}
