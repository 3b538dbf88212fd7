/** Which format a file is in, from its first bytes, and its opener. */
import { existsSync, statSync } from "node:fs";
import path from "node:path";
import { UserError } from "../errors.js";
import { openBytes } from "./bytes.js";
import { openSafetensors } from "./safetensors.js";
import { isIndex, openSharded } from "./sharded.js";
import type { TensorSource } from "./tensors.js";
import { isLegacy, openTorchLegacy } from "./torch/legacy-format.js";
import { isTarHeader } from "./torch/tar.js";
import { openTorchTar } from "./torch/tar-format.js";
import { openTorchZip } from "./torch/zip-format.js";

/** Checkpoints in a folder, in the order they are looked for. */
const IN_FOLDER = [
  "model.safetensors.index.json",
  "model.safetensors",
  "pytorch_model.bin.index.json",
  "pytorch_model.bin",
];

/** The checkpoint that a path means: itself, or the one in a folder as Hugging Face lays it out. */
export function checkpointFile(file: string): string {
  if (!statSync(file, { throwIfNoEntry: false })?.isDirectory()) return file;
  const found = IN_FOLDER.map((name) => path.join(file, name)).find((candidate) => existsSync(candidate));
  if (found) return found;
  throw new UserError(`the folder ${file} holds none of ${IN_FOLDER.join(", ")}: give a checkpoint file`);
}

/** Opens a checkpoint of any format with the names that it has. Throws a UserError where it is of none. */
export async function openAny(file: string): Promise<TensorSource> {
  return isIndex(file) ? openSharded(file, openOne) : openOne(file);
}

async function openOne(file: string): Promise<TensorSource> {
  const bytes = await openBytes(file);
  try {
    const start = await bytes.read(0, Math.min(512, bytes.size));
    const text = Buffer.from(start).toString("latin1");
    if (text.startsWith("PK\x03\x04")) return await openTorchZip(bytes);
    if (isLegacy(start)) return await openTorchLegacy(bytes);
    if (isTarHeader(start)) return await openTorchTar(bytes);
    if (text.startsWith("\x1f\x8b")) throw new UserError(`${file} is compressed (gzip): unpack it first`);
    if (/^\s*</.test(text)) throw new UserError(`${file} is a web page, not a checkpoint: the download went wrong`);
    if (text.startsWith("version https://git-lfs")) {
      throw new UserError(`${file} is a Git LFS pointer, not the checkpoint itself: fetch it with git lfs pull`);
    }
    if (text.startsWith("\x80") && text[8] !== "{") {
      throw new UserError(`${file} is a pickle, but not a checkpoint of PyTorch's`);
    }
  } catch (error) {
    await bytes.close();
    throw error;
  }
  await bytes.close();
  return openSafetensors(file);
}
