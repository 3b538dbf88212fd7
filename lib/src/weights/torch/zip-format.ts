/**
 * PyTorch's zip archives (torch.save since 1.6, torch.jit.save): <root>/data.pkl describes, <root>/data/<key> are the
 * storages, <root>/byteorder names the byte order where it is there. Source: torch/serialization.py _save and _load.
 */
import { UserError } from "../../errors.js";
import type { ByteFile } from "../bytes.js";
import { Shortage } from "../pickle/cursor.js";
import { type Unpickled, type UnpickleOptions, unpickle } from "../pickle/unpickle.js";
import { BYTES, type TensorSource } from "../tensors.js";
import { openZip, type ZipArchive } from "../zip.js";
import { torchSource } from "./source.js";
import { findStateDict } from "./state-dict.js";
import { byteRange, type StorageReader, storageOf } from "./storages.js";

/** Bytes of data.pkl; the largest official checkpoint, with its optimiser's state, has under 1 MB. */
const PICKLE_LIMIT = 1 << 28;

/** Opens a zip archive of PyTorch's, a state dict's or a TorchScript module's. The source owns the file. */
export async function openTorchZip(file: ByteFile): Promise<TensorSource> {
  const zip = await openZip(file);
  const what = file.path;
  const root = rootOf(zip, what);
  const size = zip.members.get(`${root}data.pkl`)!.size;
  if (size > PICKLE_LIMIT)
    throw new UserError(`${what}: its data.pkl has ${size} bytes; a checkpoint's is far smaller`);
  const { value } = wholePickle(await zip.read(`${root}data.pkl`), { what, persistent: storageOf });
  const state = findStateDict(value, what);
  const reader = await storageReader(zip, root, what);
  for (const [name, { storage }] of state.tensors) {
    const member = zip.members.get(`${root}data/${storage.key}`);
    const bytes = storage.numel * BYTES[storage.dtype];
    if (!member) throw new UserError(`${what}: tensor "${name}" has no data in the archive`);
    if (member.size !== bytes)
      throw new UserError(`${what}: tensor "${name}" has ${member.size} bytes of data, not ${bytes}`);
  }
  const script = zip.members.has(`${root}constants.pkl`);
  return torchSource(script ? "TorchScript zip" : "PyTorch zip", state, reader, what, () => file.close());
}

/** A pickle that must be all there. */
function wholePickle(bytes: Uint8Array, options: UnpickleOptions): Unpickled {
  try {
    return unpickle(bytes, options);
  } catch (error) {
    if (error instanceof Shortage) throw new UserError(`${options.what}: its pickle ends early`);
    throw error;
  }
}

/** The folder that everything is in, with its slash. */
function rootOf(zip: ZipArchive, what: string): string {
  const roots = [...zip.members.keys()].filter((name) => /^[^/]*\/?data\.pkl$/.test(name));
  if (roots.length === 1) return roots[0]!.slice(0, -"data.pkl".length);
  throw new UserError(`${what} is a zip archive, but not PyTorch's: it has ${roots.length} members data.pkl`);
}

async function storageReader(zip: ZipArchive, root: string, what: string): Promise<StorageReader> {
  const order = zip.members.has(`${root}byteorder`) ? await zip.read(`${root}byteorder`) : Buffer.from("little");
  const text = Buffer.from(order).toString("latin1");
  if (text !== "little" && text !== "big") throw new UserError(`${what}: unknown byte order "${text.slice(0, 20)}"`);
  return {
    bigEndian: text === "big",
    async read(storage, begin, length) {
      const name = `${root}data/${storage.key}`;
      const range = byteRange(storage, begin, length, zip.members.get(name)?.size ?? 0, what);
      return zip.read(name, range.begin, range.length);
    },
  };
}
