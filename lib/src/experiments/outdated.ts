/** Records of data or weights that have changed since: a name in a spec says where to look, a hash what was there. */
import { existsSync } from "node:fs";
import { findDataset } from "../data/manifest-find.js";
import { UserError } from "../errors.js";
import { sha256 } from "../weights/load.js";
import { weightsFile } from "../weights/registry.js";
import { runId } from "./id.js";
import { manifestHash } from "./run-experiment.js";
import type { RunSpec } from "./spec.js";
import type { RecordStore } from "./store.js";

/**
 * Sets the specs' records aside whose weights file or manifest, by hash, is not the one that is here now. What is not
 * here at all cannot contradict a record. Returns how many were set aside.
 */
export async function setOutdatedAside(specs: readonly RunSpec[], store: RecordStore): Promise<number> {
  const weights = new Map<string, string | null>();
  const manifests = new Map<string, string | null>();
  let count = 0;
  for (const id of new Set(specs.map(runId))) {
    if (!store.has(id)) continue;
    const { spec, hashes } = store.read(id);
    if (!weights.has(spec.weights)) weights.set(spec.weights, await present(() => weightsHash(spec.weights)));
    if (!manifests.has(spec.dataset)) {
      manifests.set(spec.dataset, await present(() => manifestHash(findDataset(spec.dataset))));
    }
    const same = (now: string | null | undefined, then: string): boolean => !now || now === then;
    if (same(weights.get(spec.weights), hashes.weights) && same(manifests.get(spec.dataset), hashes.manifest)) continue;
    store.setAside(id);
    count += 1;
  }
  return count;
}

async function weightsHash(name: string): Promise<string | null> {
  const file = weightsFile(name);
  return existsSync(file) ? sha256(file) : null;
}

/** The hash, or null where the data or the weights are not here. */
async function present(hash: () => string | null | Promise<string | null>): Promise<string | null> {
  try {
    return await hash();
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}
