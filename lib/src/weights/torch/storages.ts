/** PyTorch's storages and the tensors that view them. */
import { UserError } from "../../errors.js";
import { storageDtype } from "../pickle/allow-list.js";
import { Global, Storage, type TorchTensor, Tuple, type Value } from "../pickle/values.js";
import { checkView, gather, isContiguous, span } from "../strided.js";
import { BYTES, elements, type HostTensor, hostTensor, swapBytes } from "../tensors.js";

export interface StorageReader {
  /** Were the numbers written on a big-endian machine? */
  readonly bigEndian: boolean;
  /** `length` elements from element `begin` of the stored run on. */
  read(storage: Storage, begin: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** A persistent id ("storage", class, key, device, numel, view or nothing) as a storage; null where it is not one. */
export function storageOf(id: Value): Storage | null {
  if (!(id instanceof Tuple)) return null;
  const [kind, type, key, , numel, view] = id.items;
  const dtype = type instanceof Global ? storageDtype(type.name) : null;
  if (kind !== "storage" || !dtype || typeof key !== "string") return null;
  if (typeof numel !== "number" || !(numel >= 0)) return null;
  if (!(view instanceof Tuple)) return new Storage(key, dtype, numel);
  const [, begin, size] = view.items;
  if (typeof begin !== "number" || typeof size !== "number" || !(begin >= 0 && size >= 0 && begin + size <= numel)) {
    return null;
  }
  return new Storage(key, dtype, size, begin);
}

/** Throws a UserError where a tensor is not a view of its storage. */
export function checkTensor(tensor: TorchTensor, what: string): void {
  checkView(tensor, tensor.storage.numel, what);
}

/** A checked tensor's values: row-major, whatever its strides. */
export async function readTensor(tensor: TorchTensor, reader: StorageReader, what: string): Promise<HostTensor> {
  const { storage, offset, shape } = tensor;
  const width = BYTES[storage.dtype];
  const info = { dtype: storage.dtype, shape };
  if (elements(shape) === 0) return hostTensor(info, new Uint8Array(0), what);
  const stored = await reader.read(storage, storage.begin + offset, span(tensor));
  if (reader.bigEndian) swapBytes(stored, width);
  return hostTensor(info, isContiguous(tensor) ? stored : gather(tensor, stored, width), what);
}

/** The bytes that a run of elements takes in a stored run of `numel`. Throws a UserError where it is not inside. */
export function byteRange(storage: Storage, begin: number, length: number, bytes: number, what: string) {
  const width = BYTES[storage.dtype];
  if ((begin + length) * width > bytes)
    throw new UserError(`${what}: storage "${storage.key}" has only ${bytes} bytes`);
  return { begin: begin * width, length: length * width };
}
