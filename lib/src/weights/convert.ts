/** Any checkpoint -> one safetensors file with official names. */
import { existsSync, realpathSync } from "node:fs";
import path from "node:path";
import { UserError } from "../errors.js";
import { openCheckpoint } from "./checkpoint.js";
import { streamSafetensors } from "./safetensors.js";

export interface ConvertOptions {
  /** Stores floats as halves; default: 32-bit. */
  readonly half?: boolean;
  readonly onProgress?: (done: number, total: number, name: string) => void;
}

/** Converts, one tensor in memory at a time; returns how many tensors were written. Throws a UserError where it cannot. */
export async function convertCheckpoint(file: string, out: string, options: ConvertOptions = {}): Promise<number> {
  if (!out.endsWith(".safetensors")) throw new UserError(`${out}: the converted file's name must end in .safetensors`);
  const source = await openCheckpoint(file);
  try {
    const target = path.resolve(out);
    if (existsSync(target) && realpathSync(target) === realpathSync(source.file)) {
      throw new UserError(`${out} is the checkpoint itself: give another name`);
    }
    let done = 0;
    const read = async (name: string) => {
      options.onProgress?.(done++, source.entries.size, name);
      return source.read(name);
    };
    const { half = false } = options;
    await streamSafetensors(target, source.entries, read, { half, metadata: { format: "pt", ...source.metadata } });
    return source.entries.size;
  } finally {
    await source.close();
  }
}
