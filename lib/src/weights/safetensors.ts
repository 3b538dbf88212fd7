/**
 * The safetensors format (8-byte little-endian header length, JSON header, raw tensors), read tensor by tensor and
 * written atomically. Every claim of a header is checked against the file before anything is read.
 */
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import path from "node:path";
import { messageOf, UserError } from "../errors.js";
import { narrowF16, widenBf16, widenF16 } from "./halves.js";

const BYTES = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1, U8: 1, BOOL: 1 } as const;
export type Dtype = keyof typeof BYTES;

export interface TensorEntry {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Byte range in the data section. */
  readonly begin: number;
  readonly end: number;
}

/** A tensor's values as they are used here: floats of any width as 32-bit floats, other numbers as they are. */
export interface HostTensor {
  readonly dtype: "F32" | "I32" | "U8";
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array | Uint8Array;
}

export interface SafetensorsFile {
  readonly entries: ReadonlyMap<string, TensorEntry>;
  readonly metadata: Readonly<Record<string, string>>;
  /** Reads one tensor; halves are widened. Throws a UserError that names a tensor that is not there. */
  read(name: string): Promise<HostTensor>;
  close(): Promise<void>;
}

/** The format's own limit on a header's size, bytes. */
const HEADER_LIMIT = 100_000_000;

/** Opens and checks a safetensors file; its tensors are read on demand. Throws a UserError for what is not one. */
export async function openSafetensors(file: string): Promise<SafetensorsFile> {
  let handle: FileHandle;
  try {
    handle = await open(file, "r");
  } catch (error) {
    throw new UserError(`cannot open weights ${file}: ${messageOf(error)}`);
  }
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new UserError(`${file} is not a file: give a .safetensors file`);
    const { size } = stats;
    const header = await readHeader(handle, size, file);
    const base = header.base;
    return {
      ...header,
      async read(name) {
        const entry = header.entries.get(name);
        if (!entry) throw new UserError(`${file}: tensor "${name}" is missing`);
        const bytes = await readBytes(handle, base + entry.begin, entry.end - entry.begin, file);
        return toHost(entry, bytes, `${file}: tensor "${name}"`);
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/** Every tensor of a file, in the header's order. Throws like `openSafetensors`. */
export async function readSafetensors(file: string): Promise<Map<string, HostTensor>> {
  const source = await openSafetensors(file);
  try {
    const tensors = new Map<string, HostTensor>();
    for (const name of source.entries.keys()) tensors.set(name, await source.read(name));
    return tensors;
  } finally {
    await source.close();
  }
}

async function readBytes(handle: FileHandle, position: number, length: number, file: string): Promise<Buffer> {
  const buffer = Buffer.from(new ArrayBuffer(length));
  for (let done = 0; done < length; ) {
    const { bytesRead } = await handle.read(buffer, done, length - done, position + done);
    if (bytesRead === 0) throw new UserError(`${file}: the file ended early; it is truncated`);
    done += bytesRead;
  }
  return buffer;
}

async function readHeader(handle: FileHandle, size: number, file: string) {
  const bad = (what: string): UserError => new UserError(`${file} is not a valid safetensors file: ${what}`);
  if (size < 8) throw bad(`it has ${size} bytes`);
  const length = Number((await readBytes(handle, 0, 8, file)).readBigUInt64LE());
  if (length > HEADER_LIMIT || length > size - 8) throw bad(`its header claims ${length} bytes of ${size}`);
  let parsed: unknown;
  try {
    parsed = JSON.parse((await readBytes(handle, 8, length, file)).toString("utf8"));
  } catch {
    throw bad("its header is not JSON");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw bad("its header is not an object");
  const base = 8 + length;
  const entries = new Map<string, TensorEntry>();
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(parsed)) {
    if (name === "__metadata__") Object.assign(metadata, value);
    else entries.set(name, checkedEntry(name, value, size - base, bad));
  }
  const ranges = [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  for (let at = 1; at < ranges.length; at++) {
    const [before, after] = [ranges[at - 1]!, ranges[at]!];
    if (after[1].begin < before[1].end) throw bad(`tensors "${before[0]}" and "${after[0]}" overlap`);
  }
  return { base, entries, metadata };
}

function checkedEntry(name: string, value: unknown, available: number, bad: (what: string) => UserError): TensorEntry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  if (typeof dtype !== "string" || !(dtype in BYTES)) throw bad(`tensor "${name}" has unsupported dtype ${dtype}`);
  const naturals = (list: unknown): list is number[] =>
    Array.isArray(list) && list.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (!naturals(shape)) throw bad(`tensor "${name}" has no proper shape`);
  if (!naturals(offsets) || offsets.length !== 2) throw bad(`tensor "${name}" has no proper data_offsets`);
  const [begin, end] = offsets as [number, number];
  const bytes = shape.reduce((product, n) => product * n, 1) * BYTES[dtype as Dtype];
  if (end - begin !== bytes) throw bad(`tensor "${name}" needs ${bytes} bytes and claims ${end - begin}`);
  if (end > available) throw bad(`tensor "${name}" ends at byte ${end} of ${available}; the file is truncated`);
  return { dtype: dtype as Dtype, shape, begin, end };
}

function toHost(entry: TensorEntry, bytes: Buffer, what: string): HostTensor {
  const { dtype, shape } = entry;
  const buffer = bytes.buffer as ArrayBuffer;
  switch (dtype) {
    case "F32":
      return { dtype, shape, data: new Float32Array(buffer) };
    case "F16":
      return { dtype: "F32", shape, data: widenF16(new Uint16Array(buffer)) };
    case "BF16":
      return { dtype: "F32", shape, data: widenBf16(new Uint16Array(buffer)) };
    case "F64":
      return { dtype: "F32", shape, data: Float32Array.from(new Float64Array(buffer)) };
    case "I32":
      return { dtype, shape, data: new Int32Array(buffer) };
    case "I64": {
      const data = Int32Array.from(new BigInt64Array(buffer), Number);
      return { dtype: "I32", shape, data };
    }
    case "U8":
      return { dtype, shape, data: new Uint8Array(buffer) };
    default:
      throw new UserError(`${what} has dtype ${dtype}, which is not used by any model here`);
  }
}

export interface WriteOptions {
  /** Stores 32-bit floats as halves. Default false. */
  readonly half?: boolean;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Writes tensors, in the order of the map, to a temporary file beside `file`, syncs it and renames it there. */
export async function writeSafetensors(
  file: string,
  tensors: ReadonlyMap<string, HostTensor>,
  options: WriteOptions = {},
): Promise<void> {
  const header: Record<string, unknown> = {};
  if (options.metadata) header.__metadata__ = options.metadata;
  const parts: Buffer[] = [];
  let offset = 0;
  for (const [name, { dtype, shape, data }] of tensors) {
    const half = options.half && data instanceof Float32Array;
    const stored = half ? narrowF16(data) : data;
    header[name] = { dtype: half ? "F16" : dtype, shape, data_offsets: [offset, offset + stored.byteLength] };
    parts.push(Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength));
    offset += stored.byteLength;
  }
  const text = JSON.stringify(header);
  const padded = Buffer.from(text + " ".repeat((8 - (Buffer.byteLength(text) % 8)) % 8), "utf8");
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.tmp`);
  try {
    const handle = await open(temporary, "w");
    try {
      for (const part of [length, padded, ...parts]) await handle.writeFile(part);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new UserError(`cannot write ${file}: ${messageOf(error)}`);
  }
}
