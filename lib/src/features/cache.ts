/**
 * What a frozen visual tower makes of a video, on disk: one safetensors file a video, named by the video's own content,
 * in a folder named by everything else that decides the numbers. A stale entry therefore has another name; a torn one is
 * impossible (written aside, then renamed) and a damaged one is made again.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { UserError } from "../errors.js";
import { projectPath } from "../project.js";
import { sha256 } from "../weights/load.js";
import { type HostTensor, readSafetensors, writeSafetensors } from "../weights/safetensors.js";
import { Memory } from "./memory.js";

/** Tensors by name: "cls" [T, D] and maybe "patches" [T, N, D] of the last block; "level.<n>.cls" [T, D], "level.<n>.patch" [N, D], n from 1. */
export type VideoFeature = ReadonlyMap<string, HostTensor>;

/** Everything that decides a feature but the video itself. */
export interface FeatureKey {
  /** Of everything that decides the tower's parameters (`Tower.hash`). */
  readonly weights: string;
  readonly frames: number;
  /** JSON of the transform. */
  readonly transform: string;
  readonly backend: string;
  /** Which tokens are kept of each level. */
  readonly tokens: "cls+patch" | "all";
}

/** Where caches are kept: VGHIF_CACHE, or the project's `cache`. */
export function cacheFolder(): string {
  const chosen = process.env.VGHIF_CACHE;
  return chosen ? path.resolve(chosen) : projectPath("cache");
}

/** Bytes of features that a process keeps in memory beside the files. */
const IN_MEMORY = 256e6;

const memory = new Memory<VideoFeature>(IN_MEMORY, (feature) =>
  [...feature.values()].reduce((bytes, { data }) => bytes + data.byteLength, 0),
);

export class FeatureCache {
  private readonly folder: string;

  constructor(key: FeatureKey) {
    const text = [1, key.weights, key.frames, key.transform, key.backend, key.tokens].join("\n");
    const name = createHash("sha256").update(text).digest("hex").slice(0, 24);
    this.folder = path.join(cacheFolder(), "features", name);
    try {
      mkdirSync(this.folder, { recursive: true });
    } catch (error) {
      throw new UserError(`cannot make the cache folder ${this.folder}: ${(error as Error).message}; set VGHIF_CACHE`);
    }
  }

  /** The file that holds, or will hold, the features of a video. */
  async fileOf(video: string): Promise<string> {
    return path.join(this.folder, `${(await sha256(video)).slice(0, 32)}.safetensors`);
  }

  /** Whether there is a file of features. */
  has(file: string): boolean {
    return existsSync(file);
  }

  /** The features in a cache file; null where there are none. A damaged file is removed. */
  async read(file: string): Promise<VideoFeature | null> {
    if (!existsSync(file)) return null;
    const kept = memory.get(file);
    if (kept) return kept;
    try {
      const feature = await readSafetensors(file);
      memory.set(file, feature);
      return feature;
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      await rm(file, { force: true });
      return null;
    }
  }

  async write(file: string, feature: VideoFeature): Promise<void> {
    await writeSafetensors(file, feature);
    memory.set(file, feature);
  }
}
