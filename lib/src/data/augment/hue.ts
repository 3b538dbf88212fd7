/**
 * Hue of 8-bit pictures, bit for bit as torchvision's `adjust_hue` on Pillow pictures: to 8-bit HSV and back, which alone
 * changes most colours a little (Pillow `src/libImaging/Convert.c`, rgb2hsv and hsv2rgb, in 32-bit floats where it has them).
 */

/** Steps of the 8-bit colour wheel in `turns`, -0.5 to 0.5: whole ones, towards 0. */
export function hueSteps(turns: number): number {
  return Math.trunc(turns * 255) & 255;
}

/** Turns the hue of RGB pixels [n, 3] by `steps` of 256, in place. */
export function adjustHue(data: Uint8Array, steps: number): void {
  for (let at = 0; at < data.length; at += 3) {
    const red = data[at]!;
    const green = data[at + 1]!;
    const blue = data[at + 2]!;
    const value = Math.max(red, green, blue);
    const range = value - Math.min(red, green, blue);
    if (range === 0) continue;
    const hue = (hueOf(red, green, blue, value, range) + steps) & 255;
    const saturation = Math.trunc(Math.fround(range / value) * 255);
    fromHsv(data, at, hue, saturation, value);
  }
}

/** Hue, 0 to 255, of a pixel that has one. */
function hueOf(red: number, green: number, blue: number, value: number, range: number): number {
  const fromRed = Math.fround((value - red) / range);
  const fromGreen = Math.fround((value - green) / range);
  const fromBlue = Math.fround((value - blue) / range);
  let sixths: number;
  if (red === value) sixths = fromBlue - fromGreen;
  else if (green === value) sixths = 2 + fromRed - fromBlue;
  else sixths = 4 + fromGreen - fromRed;
  const turns = Math.fround((Math.fround(sixths) / 6 + 1) % 1);
  return Math.trunc(turns * 255);
}

function fromHsv(data: Uint8Array, at: number, hue: number, saturation: number, value: number): void {
  const sixth = Math.floor((hue * 6) / 255);
  const rest = Math.fround((hue * 6) / 255 - sixth);
  const share = Math.fround(saturation / 255);
  const low = Math.round(value * (1 - share));
  const falling = Math.round(value * (1 - share * rest));
  const rising = Math.round(value * (1 - share * (1 - rest)));
  const [red, green, blue] = SIXTHS[sixth % 6]!;
  const parts = [value, low, falling, rising];
  data[at] = parts[red]!;
  data[at + 1] = parts[green]!;
  data[at + 2] = parts[blue]!;
}

/** What red, green and blue are in each sixth of the wheel: 0 the value, 1 low, 2 falling, 3 rising. */
const SIXTHS: readonly (readonly [number, number, number])[] = [
  [0, 3, 1],
  [2, 0, 1],
  [1, 0, 3],
  [1, 2, 0],
  [3, 1, 0],
  [0, 1, 2],
];
