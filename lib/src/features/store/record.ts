/**
 * A video's features as bytes: a header that names the tensors, then their values, each from a multiple of 64 bytes on, so that
 * what is read is used as it lies, without a copy. Little-endian.
 *   bytes of the header (u32), JSON [[name, dtype, shape], ...], spaces up to a multiple of 64, then tensor after tensor
 */
import { narrowF16, widenF16 } from "../../weights/halves.js";
import { BYTES, elements, type HostTensor } from "../../weights/tensors.js";

/** Where tensors begin: a multiple of this many bytes, which suits any type and a processor's cache lines. */
export const ALIGNMENT = 64;

type StoredDtype = HostTensor["dtype"] | "F16";

const STORED: ReadonlySet<unknown> = new Set<StoredDtype>(["F32", "F16", "I32", "U8"]);

/** Bytes up to the next multiple of ALIGNMENT. */
export function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/**
 * The record's bytes in pieces, to be written one after the other; the tensors' own are not copied.
 *
 * @param half stores 32-bit floats as halves, rounded to nearest even
 */
export function encodeRecord(feature: ReadonlyMap<string, HostTensor>, half: boolean): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  const named: [string, StoredDtype, readonly number[]][] = [];
  for (const [name, { dtype, shape, data }] of feature) {
    const stored = half && data instanceof Float32Array ? narrowF16(data) : data;
    named.push([name, half && dtype === "F32" ? "F16" : dtype, shape]);
    pieces.push(new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength), padding(stored.byteLength));
  }
  const text = Buffer.from(JSON.stringify(named), "utf8");
  const header = Buffer.alloc(aligned(4 + text.length), " ");
  header.writeUInt32LE(header.length - 4);
  text.copy(header, 4);
  return [header, ...pieces.filter(({ length }) => length > 0)];
}

function padding(bytes: number): Uint8Array {
  return new Uint8Array(aligned(bytes) - bytes);
}

/**
 * The tensors of a record, as views of `bytes`, which must begin at a multiple of 4 in its buffer; halves are widened. Returns
 * null for bytes that are no record.
 */
export function decodeRecord(bytes: Uint8Array<ArrayBuffer>): Map<string, HostTensor> | null {
  if (bytes.length < ALIGNMENT) return null;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.readUInt32LE(0);
  if (length > bytes.length - 4) return null;
  const named = namedIn(view.toString("utf8", 4, 4 + length));
  if (named === null) return null;
  const feature = new Map<string, HostTensor>();
  let at = aligned(4 + length);
  for (const [name, dtype, shape] of named) {
    const end = at + elements(shape) * BYTES[dtype];
    if (end > bytes.length) return null;
    feature.set(name, tensorAt(bytes, at, dtype, shape));
    at = aligned(end);
  }
  return at === bytes.length ? feature : null;
}

function tensorAt(
  { buffer, byteOffset }: Uint8Array<ArrayBuffer>,
  at: number,
  dtype: StoredDtype,
  shape: readonly number[],
): HostTensor {
  const count = elements(shape);
  const from = byteOffset + at;
  if (dtype === "F16") return { dtype: "F32", shape, data: widenF16(new Uint16Array(buffer, from, count)) };
  if (dtype === "F32") return { dtype, shape, data: new Float32Array(buffer, from, count) };
  if (dtype === "I32") return { dtype, shape, data: new Int32Array(buffer, from, count) };
  return { dtype, shape, data: new Uint8Array(buffer, from, count) };
}

function namedIn(text: string): readonly [string, StoredDtype, readonly number[]][] | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  if (!Array.isArray(parsed) || !parsed.every(isNamed)) return null;
  return parsed;
}

function isNamed(entry: unknown): entry is [string, StoredDtype, readonly number[]] {
  if (!Array.isArray(entry) || entry.length !== 3) return false;
  const [name, dtype, shape] = entry as unknown[];
  const natural = (axis: unknown): boolean => Number.isSafeInteger(axis) && (axis as number) >= 0;
  return typeof name === "string" && STORED.has(dtype) && Array.isArray(shape) && shape.every(natural);
}
