/**
 * OpenCV's `resize` with INTER_LINEAR on 8-bit pixels, bit for bit: 11-bit fixed-point weights, no antialiasing.
 * Source of the rule: OpenCV imgproc `resize.cpp` (HResizeLinear, VResizeLinear, ResizeAreaFast for exact halving).
 */
import type { Region } from "./rgb.js";
import { roundHalfEven } from "./round.js";

const ONE = 2048;
const CHANNELS = 3;

/** For each output position: the two source positions and their weights (sum 2048). */
interface Taps {
  readonly near: Int32Array;
  readonly far: Int32Array;
  readonly nearWeight: Int32Array;
  readonly farWeight: Int32Array;
}

/**
 * Source positions along one axis for outputs `start` to `start + length`. Along x (`pinned`) a position outside the source
 * gets the border pixel alone; along y OpenCV keeps the fraction and only clamps the rows.
 */
function tapsOf(source: number, target: number, start: number, length: number, pinned: boolean): Taps {
  const scale = 1 / (target / source);
  const near = new Int32Array(length);
  const far = new Int32Array(length);
  const nearWeight = new Int32Array(length);
  const farWeight = new Int32Array(length);
  for (let i = 0; i < length; i++) {
    const position = Math.fround((start + i + 0.5) * scale - 0.5);
    let index = Math.floor(position);
    let fraction = Math.fround(position - index);
    if (pinned && (index < 0 || index >= source - 1)) {
      index = index < 0 ? 0 : source - 1;
      fraction = 0;
    }
    near[i] = clamp(index, source - 1);
    far[i] = clamp(index + 1, source - 1);
    nearWeight[i] = roundHalfEven(Math.fround(1 - fraction) * ONE);
    farWeight[i] = roundHalfEven(fraction * ONE);
  }
  return { near, far, nearWeight, farWeight };
}

function clamp(index: number, last: number): number {
  return Math.max(0, Math.min(index, last));
}

/**
 * Resizes one RGB picture [height, width, 3] to `targetWidth` x `targetHeight` and returns `region` of the result
 * [region.height, region.width, 3]; only that part is computed.
 */
export function resizeBilinear(
  source: Uint8Array,
  width: number,
  height: number,
  targetWidth: number,
  targetHeight: number,
  region: Region,
): Uint8Array {
  if (width === 2 * targetWidth && height === 2 * targetHeight) return halve(source, width, region);
  const out = new Uint8Array(region.height * region.width * CHANNELS);
  const rowLength = region.width * CHANNELS;
  const x = tapsOf(width, targetWidth, region.left, region.width, true);
  const y = tapsOf(height, targetHeight, region.top, region.height, false);
  const rows = new RowCache(source, width, x, rowLength);
  for (let i = 0; i < region.height; i++) {
    const upper = rows.get(y.near[i]!, y.far[i]!);
    const lower = rows.get(y.far[i]!, y.near[i]!);
    const a = y.nearWeight[i]!;
    const b = y.farWeight[i]!;
    const at = i * rowLength;
    for (let j = 0; j < rowLength; j++) {
      out[at + j] = ((((upper[j]! >> 4) * a) >> 16) + (((lower[j]! >> 4) * b) >> 16) + 2) >> 2;
    }
  }
  return out;
}

/** The last two source rows resized along x, so that each is computed once on the way down. */
class RowCache {
  private readonly kept: { row: number; readonly values: Int32Array }[];

  constructor(
    private readonly source: Uint8Array,
    private readonly width: number,
    private readonly x: Taps,
    rowLength: number,
  ) {
    this.kept = [0, 1].map(() => ({ row: -1, values: new Int32Array(rowLength) }));
  }

  /** Row `row`; never evicts `keep`. */
  get(row: number, keep: number): Int32Array {
    const [first, second] = this.kept as [{ row: number; values: Int32Array }, { row: number; values: Int32Array }];
    if (first.row === row) return first.values;
    if (second.row === row) return second.values;
    const slot = first.row === keep ? second : first;
    slot.row = row;
    this.fill(slot.values, row * this.width * CHANNELS);
    return slot.values;
  }

  private fill(values: Int32Array, base: number): void {
    const { source, x } = this;
    for (let i = 0, j = 0; j < values.length; i++, j += CHANNELS) {
      const near = base + x.near[i]! * CHANNELS;
      const far = base + x.far[i]! * CHANNELS;
      const a = x.nearWeight[i]!;
      const b = x.farWeight[i]!;
      values[j] = source[near]! * a + source[far]! * b;
      values[j + 1] = source[near + 1]! * a + source[far + 1]! * b;
      values[j + 2] = source[near + 2]! * a + source[far + 2]! * b;
    }
  }
}

/** OpenCV takes exact halving of both sides as the rounded mean of 2 x 2 pixels. */
function halve(source: Uint8Array, width: number, region: Region): Uint8Array {
  const out = new Uint8Array(region.height * region.width * CHANNELS);
  const stride = width * CHANNELS;
  let at = 0;
  for (let y = 0; y < region.height; y++) {
    for (let x = 0; x < region.width; x++) {
      const from = 2 * (region.top + y) * stride + 2 * (region.left + x) * CHANNELS;
      for (let c = from; c < from + CHANNELS; c++) {
        const sum = source[c]! + source[c + CHANNELS]! + source[c + stride]! + source[c + stride + CHANNELS]!;
        out[at++] = (sum + 2) >> 2;
      }
    }
  }
  return out;
}
