/** A checkpoint in several files with an index beside them, as Hugging Face writes large ones. */
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { messageOf, UserError } from "../errors.js";
import type { TensorInfo, TensorSource } from "./tensors.js";

/** Bytes of an index. */
const INDEX_LIMIT = 1 << 26;

/** Is this an index's name? */
export function isIndex(file: string): boolean {
  return file.endsWith(".index.json");
}

/** The index's map from tensor to file; files lie beside it. Throws a UserError where it is not an index. */
export async function readIndex(file: string): Promise<Map<string, string>> {
  const bad = (what: string): UserError => new UserError(`${file} is not an index of checkpoint files: ${what}`);
  let parsed: unknown;
  try {
    if ((await stat(file)).size > INDEX_LIMIT) throw new UserError("it is too large");
    parsed = JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    throw bad(messageOf(error));
  }
  const map = typeof parsed === "object" && parsed !== null && "weight_map" in parsed ? parsed.weight_map : null;
  if (typeof map !== "object" || map === null) throw bad("it has no weight_map");
  const places = new Map<string, string>();
  for (const [name, shard] of Object.entries(map)) {
    // A plain name only: an index must not reach out of its folder.
    if (typeof shard !== "string" || !/^[\w.-]+$/.test(shard) || shard.startsWith(".")) throw bad(`file "${shard}"`);
    places.set(name, shard);
  }
  if (places.size === 0) throw bad("its weight_map is empty");
  return places;
}

/**
 * Opens every file of an index as one source. Throws a UserError where a tensor is in another file than the index says,
 * or in none.
 * @param open opens one file of any format
 */
export async function openSharded(file: string, open: (shard: string) => Promise<TensorSource>): Promise<TensorSource> {
  const places = await readIndex(file);
  const shards = new Map<string, TensorSource>();
  const close = async (): Promise<void> => {
    for (const shard of shards.values()) await shard.close();
  };
  try {
    for (const name of new Set(places.values())) shards.set(name, await open(path.join(path.dirname(file), name)));
    const entries = new Map<string, TensorInfo>();
    for (const [name, shard] of places) {
      const entry = shards.get(shard)!.entries.get(name);
      if (!entry) throw new UserError(`${file}: tensor "${name}" is not in ${shard}, where the index puts it`);
      entries.set(name, entry);
    }
    for (const [shard, source] of shards) {
      for (const name of source.entries.keys()) {
        if (places.get(name) !== shard)
          throw new UserError(`${file}: tensor "${name}" of ${shard} is not in the index`);
      }
    }
    const sources = [...shards.values()];
    return {
      format: sources[0]!.format === "safetensors" ? "safetensors, sharded" : "PyTorch zip, sharded",
      entries,
      metadata: Object.assign({}, ...sources.map((source) => source.metadata)),
      ignored: sources.flatMap((source) => source.ignored),
      async read(name) {
        const shard = places.get(name);
        if (shard === undefined) throw new UserError(`${file}: tensor "${name}" is missing`);
        return shards.get(shard)!.read(name);
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
