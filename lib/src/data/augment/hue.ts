/**
 * Hue of 8-bit pictures, bit for bit as torchvision's `adjust_hue` on Pillow pictures: to 8-bit HSV and back, which alone
 * changes most colours a little (Pillow `src/libImaging/Convert.c`, rgb2hsv and hsv2rgb, in 32-bit floats where it has them).
 * Divisions are looked up: they take most of the time otherwise.
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
    fromHsv(data, at, hue, SATURATION[(value << 8) | range]!, value);
  }
}

/** A table of 256 x 256 numbers, by the two bytes of the place. */
function table<T extends Uint8Array | Float32Array>(out: T, of: (high: number, low: number) => number): T {
  for (let place = 0; place < out.length; place++) out[place] = of(place >> 8, place & 255);
  return out;
}

/** Saturation, 0 to 255, by value and range. */
const SATURATION = table(new Uint8Array(65536), (value, range) =>
  range > value || range === 0 ? 0 : Math.trunc(Math.fround(range / value) * 255),
);

/** 32-bit quotients of a difference by the range, by range and difference. */
const QUOTIENT = table(new Float32Array(65536), (range, difference) => (range === 0 ? 0 : difference / range));

/** Hue, 0 to 255, of a pixel that has one. */
function hueOf(red: number, green: number, blue: number, value: number, range: number): number {
  const row = range << 8;
  let sixths: number;
  if (red === value) sixths = QUOTIENT[row | (value - blue)]! - QUOTIENT[row | (value - green)]!;
  else if (green === value) sixths = 2 + QUOTIENT[row | (value - red)]! - QUOTIENT[row | (value - blue)]!;
  else sixths = 4 + QUOTIENT[row | (value - green)]! - QUOTIENT[row | (value - red)]!;
  const turns = Math.fround(sixths) / 6 + 1;
  return Math.trunc(Math.fround(turns >= 1 ? turns - 1 : turns) * 255);
}

/** Which sixth of the wheel a hue lies in, 0 to 6, and how far inside. */
const SIXTH = Uint8Array.from({ length: 256 }, (_, hue) => Math.floor((hue * 6) / 255));
const REST = Float32Array.from({ length: 256 }, (_, hue) => (hue * 6) / 255 - Math.floor((hue * 6) / 255));
/** Saturation as a share. */
const SHARE = Float32Array.from({ length: 256 }, (_, saturation) => saturation / 255);

function fromHsv(data: Uint8Array, at: number, hue: number, saturation: number, value: number): void {
  const rest = REST[hue]!;
  const share = SHARE[saturation]!;
  const low = Math.floor(value * (1 - share) + 0.5);
  const falling = Math.floor(value * (1 - share * rest) + 0.5);
  const rising = Math.floor(value * (1 - share * (1 - rest)) + 0.5);
  switch (SIXTH[hue]!) {
    case 1:
      put(data, at, falling, value, low);
      break;
    case 2:
      put(data, at, low, value, rising);
      break;
    case 3:
      put(data, at, low, falling, value);
      break;
    case 4:
      put(data, at, rising, low, value);
      break;
    case 5:
      put(data, at, value, low, falling);
      break;
    default:
      put(data, at, value, rising, low);
  }
}

function put(data: Uint8Array, at: number, red: number, green: number, blue: number): void {
  data[at] = red;
  data[at + 1] = green;
  data[at + 2] = blue;
}
