/**
 * The safetensors format (8-byte little-endian header length, JSON header, raw tensors), read tensor by tensor and
 * written atomically. Every claim of a header is checked against the file before anything is read.
 */
import { open, rename, rm } from "node:fs/promises";
import { messageOf, UserError } from "../errors.js";
import { temporaryName } from "../files.js";
import { type ByteFile, openBytes } from "./bytes.js";
import { narrowF16 } from "./halves.js";
import {
  BYTES,
  type Dtype,
  elements,
  type HostTensor,
  hostDtype,
  hostTensor,
  type TensorInfo,
  type TensorSource,
} from "./tensors.js";

export type { Dtype, HostTensor } from "./tensors.js";

export interface TensorEntry extends TensorInfo {
  /** Byte range in the data section. */
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsFile extends TensorSource {
  readonly entries: ReadonlyMap<string, TensorEntry>;
}

/** The format's own limit on a header's size, bytes. */
const HEADER_LIMIT = 100_000_000;

/** Opens and checks a safetensors file; its tensors are read on demand. Throws a UserError for what is not one. */
export async function openSafetensors(file: string): Promise<SafetensorsFile> {
  const bytes = await openBytes(file);
  try {
    const { base, entries, metadata } = await readHeader(bytes);
    return {
      format: "safetensors",
      entries,
      metadata,
      ignored: [],
      async read(name) {
        const entry = entries.get(name);
        if (!entry) throw new UserError(`${file}: tensor "${name}" is missing`);
        const stored = await bytes.read(base + entry.begin, entry.end - entry.begin);
        return hostTensor(entry, stored, `${file}: tensor "${name}"`);
      },
      close: () => bytes.close(),
    };
  } catch (error) {
    await bytes.close();
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

async function readHeader(file: ByteFile) {
  const { size } = file;
  const bad = (what: string): UserError => new UserError(`${file.path} is not a valid safetensors file: ${what}`);
  if (size < 8) throw bad(`it has ${size} bytes`);
  const length = Number(Buffer.from((await file.read(0, 8)).buffer).readBigUInt64LE());
  if (length > HEADER_LIMIT || length > size - 8) throw bad(`its header claims ${length} bytes of ${size}`);
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from((await file.read(8, length)).buffer).toString("utf8"));
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw bad("its header is not JSON");
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) throw bad("its header is not an object");
  const base = 8 + length;
  const entries = new Map<string, TensorEntry>();
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(parsed)) {
    if (name === "__metadata__") readMetadata(metadata, value, bad);
    else entries.set(name, checkedEntry(name, value, size - base, bad));
  }
  checkTiling(entries, size - base, bad);
  return { base, entries, metadata };
}

function readMetadata(into: Record<string, string>, value: unknown, bad: (what: string) => UserError): void {
  if (typeof value !== "object" || value === null) throw bad("its __metadata__ is not an object");
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== "string") throw bad(`its __metadata__ "${key}" is not a text`);
    if (key !== "__proto__") into[key] = text;
  }
}

/** The format wants the data covered exactly: no overlap, no gap, nothing after. A damaged header rarely keeps that. */
function checkTiling(entries: ReadonlyMap<string, TensorEntry>, size: number, bad: (what: string) => UserError): void {
  const ranges = [...entries].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let [before, end] = ["", 0];
  for (const [name, entry] of ranges) {
    if (entry.begin < end) throw bad(`tensors "${before}" and "${name}" overlap`);
    if (entry.begin > end) throw bad(`there are ${entry.begin - end} unnamed bytes before tensor "${name}"`);
    [before, end] = [name, entry.end];
  }
  if (end !== size) throw bad(`there are ${size - end} unnamed bytes at its end`);
}

function checkedEntry(name: string, value: unknown, available: number, bad: (what: string) => UserError): TensorEntry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  if (typeof dtype !== "string" || !Object.hasOwn(BYTES, dtype))
    throw bad(`tensor "${name}" has unsupported dtype ${dtype}`);
  const naturals = (list: unknown): list is number[] =>
    Array.isArray(list) && list.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (!naturals(shape)) throw bad(`tensor "${name}" has no proper shape`);
  if (!naturals(offsets) || offsets.length !== 2) throw bad(`tensor "${name}" has no proper data_offsets`);
  const [begin, end] = offsets as [number, number];
  const bytes = elements(shape) * BYTES[dtype as Dtype];
  if (end - begin !== bytes) throw bad(`tensor "${name}" needs ${bytes} bytes and claims ${end - begin}`);
  if (end > available) throw bad(`tensor "${name}" ends at byte ${end} of ${available}; the file is truncated`);
  return { dtype: dtype as Dtype, shape, begin, end };
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
  await streamSafetensors(file, tensors, async (name) => tensors.get(name)!, options);
}

/** Tells two writes of this process to one file apart. */
let writes = 0;

/**
 * Like `writeSafetensors`, with one tensor in memory at a time: `read` is asked for each in turn and must answer the
 * dtype (as it is once read) and shape that `infos` promised.
 */
export async function streamSafetensors(
  file: string,
  infos: ReadonlyMap<string, TensorInfo>,
  read: (name: string) => Promise<HostTensor>,
  options: WriteOptions = {},
): Promise<void> {
  const temporary = temporaryName(`${file}.${writes++}`);
  try {
    const handle = await open(temporary, "w");
    try {
      await handle.writeFile(headerOf(infos, options));
      for (const name of infos.keys()) {
        const { data } = await read(name);
        const stored = options.half && data instanceof Float32Array ? narrowF16(data) : data;
        await handle.writeFile(Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength));
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    if (error instanceof UserError) throw error;
    throw new UserError(`cannot write ${file}: ${messageOf(error)}`);
  }
}

function headerOf(infos: ReadonlyMap<string, TensorInfo>, { half, metadata }: WriteOptions): Buffer {
  // Without a prototype, so that any text is a key like any other.
  const header: Record<string, unknown> = Object.create(null);
  if (metadata) header.__metadata__ = metadata;
  let offset = 0;
  for (const [name, { dtype, shape }] of infos) {
    const read = hostDtype(dtype);
    const stored = half && read === "F32" ? "F16" : read;
    const end = offset + elements(shape) * BYTES[stored];
    header[name] = { dtype: stored, shape, data_offsets: [offset, end] };
    offset = end;
  }
  const text = JSON.stringify(header);
  const padded = Buffer.from(text + " ".repeat((8 - (Buffer.byteLength(text) % 8)) % 8), "utf8");
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, padded]);
}
