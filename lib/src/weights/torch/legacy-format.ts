/**
 * PyTorch's format before 1.6: five pickles (magic number, version, system, the object, the storages' keys), then each
 * storage as its number of elements (64 bit) and its bytes, little-endian on every machine. Nothing in it is checksummed.
 * Source: torch/serialization.py _legacy_save and _legacy_load.
 */
import { UserError } from "../../errors.js";
import type { ByteFile } from "../bytes.js";
import type { Storage, Value } from "../pickle/values.js";
import { BYTES, type TensorSource } from "../tensors.js";
import { PickleStream } from "./pickle-stream.js";
import { torchSource } from "./source.js";
import { findStateDict } from "./state-dict.js";
import { byteRange, type StorageReader, storageOf } from "./storages.js";

const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;

/** The first bytes of such a file: a pickle of the magic number, in protocol 2 to 5. */
export function isLegacy(start: Uint8Array): boolean {
  const magic = Buffer.from("8a0a6cfc9c46f9206aa85019", "hex");
  const at = Buffer.from(start).indexOf(magic);
  return start[0] === 0x80 && at >= 2 && at <= 11;
}

/** Opens such a file. The source owns it. */
export async function openTorchLegacy(file: ByteFile): Promise<TensorSource> {
  const what = file.path;
  const stream = new PickleStream(file, 0, file.size);
  if ((await stream.next()) !== MAGIC) throw new UserError(`${what} has a wrong magic number`);
  const version = await stream.next();
  if (version !== PROTOCOL) throw new UserError(`${what} has version ${String(version)}; only ${PROTOCOL} is known`);
  await stream.next(); // the sizes of the writer's C types, which decide nothing
  const storages = new Map<string, Storage>();
  const root = await stream.next((id) => {
    const storage = storageOf(id);
    if (storage) storages.set(storage.key, storage);
    return storage;
  });
  const places = await placeStorages(stream, await stream.next(), storages, file.size, what);
  const reader: StorageReader = {
    bigEndian: false,
    async read(storage, begin, length) {
      const place = places.get(storage.key);
      if (!place) throw new UserError(`${what}: storage "${storage.key}" is missing`);
      const range = byteRange(storage, begin, length, place.bytes, what);
      return file.read(place.at + range.begin, range.length);
    },
  };
  return torchSource("PyTorch legacy pickle", findStateDict(root, what), reader, what, () => file.close());
}

interface Place {
  readonly at: number;
  readonly bytes: number;
}

/** Where each storage's numbers are; every storage must be there once, and the file must end with the last. */
async function placeStorages(
  stream: PickleStream,
  keys: Value,
  storages: ReadonlyMap<string, Storage>,
  size: number,
  what: string,
): Promise<Map<string, Place>> {
  const bad = (problem: string): UserError => new UserError(`${what} is damaged: ${problem}`);
  if (!Array.isArray(keys)) throw bad("its storages are not a list");
  const places = new Map<string, Place>();
  for (const key of keys) {
    const storage = typeof key === "string" ? storages.get(key) : undefined;
    if (!storage || places.has(storage.key)) throw bad("a storage is unknown or there twice");
    const header = await stream.bytes(8);
    const numel = Number(header.readBigInt64LE());
    if (numel < storage.begin + storage.numel) throw bad(`storage "${storage.key}" has ${numel} elements`);
    const bytes = numel * BYTES[storage.dtype];
    if (!(bytes >= 0 && bytes <= size - stream.position)) throw bad(`storage "${storage.key}" runs beyond its end`);
    places.set(storage.key, { at: stream.position, bytes });
    stream.skip(bytes);
  }
  if (places.size !== storages.size) throw bad(`${storages.size - places.size} storages have no data`);
  if (stream.position !== size) throw bad(`${size - stream.position} bytes at its end belong to no storage`);
  return places;
}
