/** 16-bit floats to 32-bit and back. */

/** IEEE 754 half precision bits -> 32-bit floats, exactly. */
export function widenF16(bits: Uint16Array): Float32Array {
  table ??= Float32Array.from({ length: 1 << 16 }, (_, half) => halfToFloat(half));
  const out = new Float32Array(bits.length);
  for (let at = 0; at < bits.length; at++) out[at] = table[bits[at]!]!;
  return out;
}

/** Every half as a float, made once: a checkpoint has hundreds of millions of them. */
let table: Float32Array | null = null;

function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** bfloat16 bits -> 32-bit floats, exactly. */
export function widenBf16(bits: Uint16Array): Float32Array {
  const words = new Uint32Array(bits.length);
  for (let at = 0; at < bits.length; at++) words[at] = bits[at]! << 16;
  return new Float32Array(words.buffer);
}

const floatView = new Float32Array(1);
const wordView = new Uint32Array(floatView.buffer);

/** 32-bit floats -> half precision bits, rounded to nearest even; too large becomes infinity. */
export function narrowF16(values: Float32Array): Uint16Array {
  const out = new Uint16Array(values.length);
  for (let at = 0; at < values.length; at++) out[at] = floatToHalf(values[at]!);
  return out;
}

function floatToHalf(value: number): number {
  floatView[0] = value;
  const word = wordView[0]!;
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00; // NaN
  if (magnitude >= 0x477ff000) return sign | 0x7c00; // rounds to infinity
  if (magnitude < 0x38800000) {
    // Subnormal half: the value in units of 2^-24, rounded to nearest even.
    const units = Math.abs(floatView[0]) * 2 ** 24;
    const floor = Math.floor(units);
    const rest = units - floor;
    return sign | (rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor);
  }
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}
