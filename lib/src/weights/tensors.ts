/** Stored tensors of any number format, and the three that are used here once they are read. */
import { UserError } from "../errors.js";
import { widenBf16, widenF16 } from "./halves.js";

/** Bytes an element. */
export const BYTES = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1, U8: 1, BOOL: 1 } as const;
export type Dtype = keyof typeof BYTES;

export interface TensorInfo {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
}

/** A tensor's values as they are used here: floats of any width as 32-bit floats, other numbers as they are. */
export interface HostTensor {
  readonly dtype: "F32" | "I32" | "U8";
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint8Array;
}

export type CheckpointFormat =
  | "safetensors"
  | "safetensors, sharded"
  | "PyTorch zip"
  | "PyTorch zip, sharded"
  | "TorchScript zip"
  | "PyTorch legacy pickle"
  | "PyTorch legacy tar";

/** An open checkpoint file of any format: what it holds, and one tensor at a time. */
export interface TensorSource {
  readonly format: CheckpointFormat;
  readonly entries: ReadonlyMap<string, TensorInfo>;
  readonly metadata: Readonly<Record<string, string>>;
  /** What lies beside the tensors and is not read: an optimiser's state, an epoch, a configuration. */
  readonly ignored: readonly string[];
  /** Reads one tensor; halves are widened. Throws a UserError that names a tensor that is not there. */
  read(name: string): Promise<HostTensor>;
  close(): Promise<void>;
}

/** How many elements a shape holds; 1 for a scalar. */
export function elements(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** What a stored dtype becomes once it is read. */
export function hostDtype(dtype: Dtype): HostTensor["dtype"] {
  if (dtype === "U8" || dtype === "BOOL") return "U8";
  return dtype.startsWith("I") ? "I32" : "F32";
}

/**
 * Little-endian bytes, row-major, as a host tensor: halves are widened exactly, doubles rounded to nearest, 64-bit
 * integers kept where they fit 32 bits and refused where they do not. `bytes` must own its whole buffer.
 * @param what names the tensor in an error
 */
export function hostTensor({ dtype, shape }: TensorInfo, bytes: Uint8Array<ArrayBuffer>, what: string): HostTensor {
  const { buffer } = bytes;
  switch (dtype) {
    case "F32":
      return { dtype, shape, data: new Float32Array(buffer) };
    case "F16":
      return { dtype: "F32", shape, data: widenF16(new Uint16Array(buffer)) };
    case "BF16":
      return { dtype: "F32", shape, data: widenBf16(new Uint16Array(buffer)) };
    case "F64":
      return { dtype: "F32", shape, data: Float32Array.from(new Float64Array(buffer)) };
    case "I64":
      return { dtype: "I32", shape, data: narrowI64(new BigInt64Array(buffer), what) };
    case "I32":
      return { dtype, shape, data: new Int32Array(buffer) };
    case "I16":
      return { dtype: "I32", shape, data: Int32Array.from(new Int16Array(buffer)) };
    case "I8":
      return { dtype: "I32", shape, data: Int32Array.from(new Int8Array(buffer)) };
    case "U8":
    case "BOOL":
      return { dtype: "U8", shape, data: bytes };
  }
}

function narrowI64(wide: BigInt64Array, what: string): Int32Array {
  const narrow = new Int32Array(wide.length);
  for (let at = 0; at < wide.length; at++) {
    const value = Number(wide[at]);
    narrow[at] = value;
    if (narrow[at] !== value) throw new UserError(`${what} holds ${wide[at]}, which does not fit 32 bits`);
  }
  return narrow;
}

/** Reverses the bytes of every element in place: a file written on a machine of the other byte order. */
export function swapBytes(bytes: Uint8Array, width: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (width === 2) buffer.swap16();
  else if (width === 4) buffer.swap32();
  else if (width === 8) buffer.swap64();
}
