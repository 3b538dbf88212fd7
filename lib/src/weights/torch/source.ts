/** An open PyTorch checkpoint of any container: a state dict over storages. */
import { UserError } from "../../errors.js";
import type { CheckpointFormat, TensorInfo, TensorSource } from "../tensors.js";
import type { StateDict } from "./state-dict.js";
import { checkTensor, readTensor, type StorageReader } from "./storages.js";

/** Checks every tensor's view and makes the source; `close` closes the file. */
export function torchSource(
  format: CheckpointFormat,
  { tensors, ignored }: StateDict,
  reader: StorageReader,
  what: string,
  close: () => Promise<void>,
): TensorSource {
  const entries = new Map<string, TensorInfo>();
  const label = (name: string): string => `${what}: tensor "${name}"`;
  for (const [name, tensor] of tensors) {
    checkTensor(tensor, label(name));
    entries.set(name, { dtype: tensor.storage.dtype, shape: tensor.shape });
  }
  return {
    format,
    entries,
    metadata: {},
    ignored,
    async read(name) {
      const tensor = tensors.get(name);
      if (!tensor) throw new UserError(`${label(name)} is missing`);
      return readTensor(tensor, reader, label(name));
    },
    close,
  };
}
