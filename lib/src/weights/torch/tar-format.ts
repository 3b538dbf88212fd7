/**
 * PyTorch's oldest format (0.1): a tar archive of "storages" (pickled keys and raw numbers in turn), "tensors" (keys and
 * binary sizes in turn) and "pickle", whose persistent ids name the tensors.
 * Source: torch/serialization.py legacy_load.
 */
import { UserError } from "../../errors.js";
import type { ByteFile } from "../bytes.js";
import { storageDtype } from "../pickle/allow-list.js";
import { describe, Global, Storage, TorchTensor, Tuple, type Value } from "../pickle/values.js";
import { BYTES, type TensorSource } from "../tensors.js";
import { PickleStream } from "./pickle-stream.js";
import { torchSource } from "./source.js";
import { findStateDict } from "./state-dict.js";
import { byteRange } from "./storages.js";
import { readTar } from "./tar.js";

/** Axes of one tensor; PyTorch's own limit. */
const RANK_LIMIT = 64;

interface Place {
  readonly storage: Storage;
  /** Byte of the file where the stored run begins. */
  readonly at: number;
  readonly bytes: number;
}

/** Opens such an archive. The source owns the file. */
export async function openTorchTar(file: ByteFile): Promise<TensorSource> {
  const what = file.path;
  const members = await readTar(file);
  const streamOf = (name: string): PickleStream => {
    const member = members.get(name);
    if (!member) throw new UserError(`${what} is a tar archive, but not PyTorch's: it has no member "${name}"`);
    return new PickleStream(file, member.at, member.at + member.size);
  };
  const places = await readStorages(streamOf("storages"), what);
  const tensors = await readTensors(streamOf("tensors"), places, what);
  const root = await streamOf("pickle").next((id) => {
    const key = id instanceof Tuple ? id.items[0]! : id;
    if (key instanceof Global) return key;
    return tensors.get(keyOf(key)) ?? null;
  });
  const byStorage = new Map([...places.values()].map((place) => [place.storage.key, place]));
  const reader = {
    bigEndian: false,
    async read(storage: Storage, begin: number, length: number) {
      const place = byStorage.get(storage.key)!;
      const range = byteRange(storage, begin, length, place.bytes, what);
      return file.read(place.at + range.begin, range.length);
    },
  };
  return torchSource("PyTorch legacy tar", findStateDict(root, what), reader, what, () => file.close());
}

/** Keys are integers in some versions and texts in others. */
function keyOf(value: Value | undefined): string {
  return typeof value === "string" ? value : describe(value ?? null);
}

function count(value: Value, what: string): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
  throw new UserError(`${what} is damaged: a count is ${describe(value)}`);
}

async function readStorages(stream: PickleStream, what: string): Promise<Map<string, Place>> {
  const bad = (problem: string): UserError => new UserError(`${what} is damaged: ${problem}`);
  const places = new Map<string, Place>();
  for (let left = count(await stream.next(), what); left > 0; left--) {
    const header = await stream.next();
    const [id, , type] = header instanceof Tuple ? header.items : [];
    const dtype = type instanceof Global ? storageDtype(type.name) : null;
    if (!dtype) throw bad("a storage has no class");
    const key = keyOf(id);
    const numel = Number((await stream.bytes(8)).readBigInt64LE());
    const bytes = numel * BYTES[dtype];
    if (!(bytes >= 0)) throw bad(`storage "${key}" has ${numel} elements`);
    places.set(key, { storage: new Storage(key, dtype, numel), at: stream.position, bytes });
    stream.skip(bytes);
  }
  const views = await stream.next();
  if (!Array.isArray(views)) throw bad("its storage views are not a list");
  for (const view of views) {
    const [id, rootId, begin, numel] = view instanceof Tuple ? view.items : [];
    const root = places.get(keyOf(rootId));
    const natural = typeof begin === "number" && typeof numel === "number" && begin >= 0 && numel >= 0;
    if (!root || !natural || begin + numel > root.storage.numel) throw bad("a storage view is outside its storage");
    const { key, dtype } = root.storage;
    places.set(keyOf(id), { ...root, storage: new Storage(key, dtype, numel, root.storage.begin + begin) });
  }
  return places;
}

async function readTensors(
  stream: PickleStream,
  places: ReadonlyMap<string, Place>,
  what: string,
): Promise<Map<string, TorchTensor>> {
  const bad = (problem: string): UserError => new UserError(`${what} is damaged: ${problem}`);
  const tensors = new Map<string, TorchTensor>();
  for (let left = count(await stream.next(), what); left > 0; left--) {
    const header = await stream.next();
    const [id, storageId] = header instanceof Tuple ? header.items : [];
    const place = places.get(keyOf(storageId));
    if (!place) throw bad("a tensor's storage is missing");
    const rank = (await stream.bytes(8)).readInt32LE();
    if (!(rank >= 0 && rank <= RANK_LIMIT)) throw bad(`a tensor has ${rank} axes`);
    const numbers = await stream.bytes(8 * (2 * rank + 1));
    const at = (index: number): number => Number(numbers.readBigInt64LE(8 * index));
    const axes = Array.from({ length: rank }, (_, axis) => axis);
    const shape = axes.map(at);
    const strides = axes.map((axis) => at(rank + axis));
    tensors.set(keyOf(id), new TorchTensor(place.storage, at(2 * rank), shape, strides));
  }
  return tensors;
}
