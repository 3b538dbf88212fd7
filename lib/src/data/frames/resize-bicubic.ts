/**
 * Pillow's `Image.resize` with BICUBIC on 8-bit pixels, bit for bit: antialiased (the filter widens when shrinking), 22-bit
 * fixed-point weights, columns first, rounded to 8 bits between the two passes.
 * Source of the rule: Pillow `src/libImaging/Resample.c` (precompute_coeffs, normalize_coeffs_8bpc).
 */
import type { Region } from "./rgb.js";

const PRECISION = 22;
const HALF = 1 << (PRECISION - 1);
const CHANNELS = 3;

/** Keys' cubic with a = -0.5. */
function cubic(distance: number): number {
  const a = -0.5;
  const x = Math.abs(distance);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

/** For each output position: the first source position and the weights of `taps` (at most) positions from there. */
interface Kernel {
  readonly taps: number;
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** [outputs, taps], fixed point. */
  readonly weights: Int32Array;
}

function kernelOf(source: number, target: number, start: number, length: number): Kernel {
  const scale = source / target;
  const widened = Math.max(scale, 1);
  const support = 2 * widened;
  const taps = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(length);
  const count = new Int32Array(length);
  const weights = new Int32Array(length * taps);
  for (let i = 0; i < length; i++) {
    const centre = (start + i + 0.5) * scale;
    const low = Math.max(Math.trunc(centre - support + 0.5), 0);
    const high = Math.min(Math.trunc(centre + support + 0.5), source);
    const raw = Array.from({ length: high - low }, (_, x) => cubic((x + low - centre + 0.5) * (1 / widened)));
    const sum = raw.reduce((total, weight) => total + weight, 0);
    first[i] = low;
    count[i] = high - low;
    for (const [x, weight] of raw.entries()) {
      const share = (sum === 0 ? weight : weight / sum) * (1 << PRECISION);
      weights[i * taps + x] = Math.trunc(share < 0 ? share - 0.5 : share + 0.5);
    }
  }
  return { taps, first, count, weights };
}

function clip8(sum: number): number {
  const value = sum >> PRECISION;
  return Math.max(0, Math.min(value, 255));
}

/**
 * Resizes one RGB picture [height, width, 3] to `targetWidth` x `targetHeight` and returns `region` of the result
 * [region.height, region.width, 3]; only that part is computed.
 */
export function resizeBicubic(
  source: Uint8Array,
  width: number,
  height: number,
  targetWidth: number,
  targetHeight: number,
  region: Region,
): Uint8Array {
  const y = kernelOf(height, targetHeight, region.top, region.height);
  const last = region.height - 1;
  const sameRows = height === targetHeight;
  const top = sameRows ? region.top : y.first[0]!;
  const rows = sameRows ? region.height : y.first[last]! + y.count[last]! - top;
  const columns =
    width === targetWidth
      ? cutColumns(source, width, top, rows, region)
      : resizeColumns(source, width, top, rows, kernelOf(width, targetWidth, region.left, region.width));
  return sameRows ? columns : resizeRows(columns, region.width * CHANNELS, top, y);
}

/** Rows `top` to `top + rows` of the source, only the region's columns: Pillow skips a pass that changes no size. */
function cutColumns(source: Uint8Array, width: number, top: number, rows: number, region: Region): Uint8Array {
  const length = region.width * CHANNELS;
  const out = new Uint8Array(rows * length);
  for (let row = 0; row < rows; row++) {
    const from = ((top + row) * width + region.left) * CHANNELS;
    out.set(source.subarray(from, from + length), row * length);
  }
  return out;
}

function resizeColumns(source: Uint8Array, width: number, top: number, rows: number, x: Kernel): Uint8Array {
  const out = new Uint8Array(rows * x.first.length * CHANNELS);
  let at = 0;
  for (let row = 0; row < rows; row++) {
    const base = (top + row) * width * CHANNELS;
    for (let i = 0; i < x.first.length; i++) {
      let red = HALF;
      let green = HALF;
      let blue = HALF;
      let from = base + x.first[i]! * CHANNELS;
      const end = i * x.taps + x.count[i]!;
      for (let k = i * x.taps; k < end; k++, from += CHANNELS) {
        const weight = x.weights[k]!;
        red += source[from]! * weight;
        green += source[from + 1]! * weight;
        blue += source[from + 2]! * weight;
      }
      out[at++] = clip8(red);
      out[at++] = clip8(green);
      out[at++] = clip8(blue);
    }
  }
  return out;
}

/** `columns` holds source rows from `top` on, each `rowLength` bytes. */
function resizeRows(columns: Uint8Array, rowLength: number, top: number, y: Kernel): Uint8Array {
  const out = new Uint8Array(y.first.length * rowLength);
  const sums = new Int32Array(rowLength);
  for (let i = 0; i < y.first.length; i++) {
    sums.fill(HALF);
    for (let k = 0; k < y.count[i]!; k++) {
      const weight = y.weights[i * y.taps + k]!;
      const from = (y.first[i]! - top + k) * rowLength;
      for (let j = 0; j < rowLength; j++) sums[j] = sums[j]! + columns[from + j]! * weight;
    }
    for (let j = 0; j < rowLength; j++) out[i * rowLength + j] = clip8(sums[j]!);
  }
  return out;
}
