/**
 * OpenCV's `resize` with INTER_LINEAR on 8-bit pixels, bit for bit: 11-bit fixed-point weights, no antialiasing.
 * Source of the rule: OpenCV imgproc `resize.cpp` (HResizeLinear, VResizeLinear, ResizeAreaFast for exact halving).
 */
import { normaliseInto } from "./normalise.js";
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
  return new BilinearResize(width, height, targetWidth, targetHeight, region).picture(source);
}

/** The same for many pictures of one size: positions and weights are worked out once. */
export class BilinearResize {
  private readonly x: Taps;
  private readonly y: Taps;
  private readonly rows: RowCache;
  private readonly halves: boolean;

  constructor(
    private readonly width: number,
    height: number,
    targetWidth: number,
    targetHeight: number,
    private readonly region: Region,
  ) {
    this.halves = width === 2 * targetWidth && height === 2 * targetHeight;
    this.x = tapsOf(width, targetWidth, region.left, region.width, true);
    this.y = tapsOf(height, targetHeight, region.top, region.height, false);
    this.rows = new RowCache(width, this.x);
  }

  /** The region as 8-bit RGB [region.height, region.width, 3]. */
  picture(source: Uint8Array): Uint8Array {
    if (this.halves) return halve(source, this.width, this.region);
    const { width, height } = this.region;
    const out = new Uint8Array(height * width * CHANNELS);
    this.eachRow(source, (row, upper, lower, a, b) => blend(out, row * width * CHANNELS, upper, lower, a, b));
    return out;
  }

  /** The region through `table` (3 channels of 256 levels) as planes [3, region.height, region.width]: `normaliseInto`'s. */
  planes(source: Uint8Array, table: Float32Array, out: Float32Array): void {
    const { width, height } = this.region;
    if (this.halves) {
      normaliseInto(out, this.picture(source), width, { left: 0, top: 0, width, height }, table);
      return;
    }
    const plane = width * height;
    this.eachRow(source, (row, upper, lower, a, b) => blendPlanes(out, row * width, plane, table, upper, lower, a, b));
  }

  private eachRow(
    source: Uint8Array,
    use: (row: number, upper: Int32Array, lower: Int32Array, a: number, b: number) => void,
  ): void {
    const { near, far, nearWeight, farWeight } = this.y;
    this.rows.begin(source);
    for (let row = 0; row < near.length; row++) {
      const upper = this.rows.get(near[row]!, far[row]!);
      use(row, upper, this.rows.get(far[row]!, near[row]!), nearWeight[row]!, farWeight[row]!);
    }
  }
}

/** The weighted sum of two rows of 15-bit values as 8 bits, as OpenCV rounds it. */
function blend(out: Uint8Array, at: number, upper: Int32Array, lower: Int32Array, a: number, b: number): void {
  for (let j = 0; j < upper.length; j++) {
    out[at + j] = (((upper[j]! * a) >> 16) + ((lower[j]! * b) >> 16) + 2) >> 2;
  }
}

function blendPlanes(
  out: Float32Array,
  at: number,
  plane: number,
  table: Float32Array,
  upper: Int32Array,
  lower: Int32Array,
  a: number,
  b: number,
): void {
  for (let j = 0, red = at; j < upper.length; j += CHANNELS, red++) {
    out[red] = table[(((upper[j]! * a) >> 16) + ((lower[j]! * b) >> 16) + 2) >> 2]!;
    out[red + plane] = table[256 + ((((upper[j + 1]! * a) >> 16) + ((lower[j + 1]! * b) >> 16) + 2) >> 2)]!;
    out[red + 2 * plane] = table[512 + ((((upper[j + 2]! * a) >> 16) + ((lower[j + 2]! * b) >> 16) + 2) >> 2)]!;
  }
}

/** The last two source rows resized along x, so that each is computed once on the way down; values of 15 bits. */
class RowCache {
  private readonly kept: readonly [Int32Array, Int32Array];
  private readonly row: [number, number] = [-1, -1];
  private readonly near: Int32Array;
  private readonly far: Int32Array;
  private source: Uint8Array = new Uint8Array(0);

  constructor(
    private readonly width: number,
    private readonly x: Taps,
  ) {
    const length = x.near.length * CHANNELS;
    this.kept = [new Int32Array(length), new Int32Array(length)];
    this.near = x.near.map((column) => column * CHANNELS);
    this.far = x.far.map((column) => column * CHANNELS);
  }

  begin(source: Uint8Array): void {
    this.source = source;
    this.row.fill(-1);
  }

  /** Row `row`; never evicts `keep`. */
  get(row: number, keep: number): Int32Array {
    if (this.row[0] === row) return this.kept[0];
    if (this.row[1] === row) return this.kept[1];
    const slot = this.row[0] === keep ? 1 : 0;
    this.row[slot] = row;
    const { nearWeight, farWeight } = this.x;
    spread(this.kept[slot], this.source, row * this.width * CHANNELS, this.near, this.far, nearWeight, farWeight);
    return this.kept[slot];
  }
}

/** One row along x. OpenCV drops the lowest four bits only when it goes on along y; nothing is in between. */
function spread(
  values: Int32Array,
  source: Uint8Array,
  base: number,
  near: Int32Array,
  far: Int32Array,
  nearWeight: Int32Array,
  farWeight: Int32Array,
): void {
  for (let i = 0, j = 0; i < near.length; i++, j += CHANNELS) {
    const p = base + near[i]!;
    const q = base + far[i]!;
    const a = nearWeight[i]!;
    const b = farWeight[i]!;
    values[j] = (source[p]! * a + source[q]! * b) >> 4;
    values[j + 1] = (source[p + 1]! * a + source[q + 1]! * b) >> 4;
    values[j + 2] = (source[p + 2]! * a + source[q + 2]! * b) >> 4;
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
