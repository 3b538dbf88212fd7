/**
 * What a frozen visual tower makes of videos, kept on disk (store/) and, those used last, in memory. A video is named by its own
 * content, and lies in a folder named by everything else that decides the numbers: what is stale has another name.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { PACKAGE_ROOT, projectPath } from "../project.js";
import type { HostTensor } from "../weights/safetensors.js";
import { Memory } from "./memory.js";
import { FeatureStore } from "./store/store.js";

/** Tensors by name: "cls" [T, D] and maybe "patches" [T, N, D] of the last block; "level.<n>.cls" [T, D], "level.<n>.patch" [N, D], n from 1. */
export type VideoFeature = ReadonlyMap<string, HostTensor>;

/** Everything that decides a feature but the video itself. */
export interface FeatureKey {
  /** Of everything that decides the tower's parameters (`Tower.hash`). */
  readonly weights: string;
  readonly frames: number;
  /** JSON of the transform and, where there is one, the sampling. */
  readonly transform: string;
  readonly backend: string;
  /** Which tokens are kept of each level. */
  readonly tokens: "cls+patch" | "all";
  /** Values are stored as 16-bit floats: half the bytes, other numbers. Default false. */
  readonly half?: boolean;
}

/** Where caches are kept: VGHIF_CACHE, or the project's `cache`. */
export function cacheFolder(): string {
  const chosen = process.env.VGHIF_CACHE;
  return chosen ? path.resolve(chosen) : projectPath("cache");
}

/** Of what a key does not say: the layout of the store, and the packages that decode, transform and compute. */
const FORMAT = 2;
const COMPUTING = ["node-av", "sharp", "onnxruntime-node", "@tensorflow/tfjs-core", "@tensorflow/tfjs-backend-wasm"];

/** SHA-256 of a key, hexadecimal. */
export function keyHash({ weights, frames, transform, backend, tokens, half = false }: FeatureKey): string {
  const text = JSON.stringify([FORMAT, packageVersions(), weights, frames, transform, backend, tokens, half]);
  return createHash("sha256").update(text).digest("hex");
}

function packageVersions(): readonly (string | undefined)[] {
  const text = readFileSync(path.join(PACKAGE_ROOT, "package.json"), "utf8");
  const { dependencies } = JSON.parse(text) as { readonly dependencies: Readonly<Record<string, string>> };
  return COMPUTING.map((name) => dependencies[name]);
}

/** Bytes of features that a process keeps in memory beside the files. */
const IN_MEMORY = 256e6;

const memory = new Memory<VideoFeature>(IN_MEMORY, bytesOf);

/** Bytes of a feature's values in memory. */
function bytesOf(feature: VideoFeature): number {
  return [...feature.values()].reduce((bytes, { data }) => bytes + data.byteLength, 0);
}

/** A process has one store a folder, and so one writer. */
const stores = new Map<string, FeatureStore>();

export class FeatureCache {
  private constructor(private readonly store: FeatureStore) {}

  /** The cache of a key. @throws UserError where its folder cannot be made */
  static open(key: FeatureKey): FeatureCache {
    const hash = keyHash(key);
    const folder = path.join(cacheFolder(), "features", hash.slice(0, 24));
    const store = stores.get(folder) ?? new FeatureStore(folder, hash, { half: key.half ?? false });
    stores.set(folder, store);
    return new FeatureCache(store);
  }

  get folder(): string {
    return this.store.folder;
  }

  /** Whether there are features of a content (SHA-256, hexadecimal), made by this process or another. */
  has(content: string): boolean {
    return this.store.has(content);
  }

  /** Bytes of a content's features on the disk; 0 where there are none. */
  bytes(content: string): number {
    return this.store.bytes(content);
  }

  /** The features of a content, shared and not to be written to; null where there are none, or only damaged ones. */
  async read(content: string): Promise<VideoFeature | null> {
    const name = this.nameOf(content);
    const kept = memory.get(name);
    if (kept) return kept;
    const feature = await this.store.read(content);
    if (feature) memory.set(name, feature);
    return feature;
  }

  /** Keeps features. @throws UserError where they cannot be written, a NoRoomError for a full disk */
  async write(content: string, feature: VideoFeature): Promise<void> {
    await this.store.write(content, feature);
    if (!this.store.half) memory.set(this.nameOf(content), feature);
  }

  /** Sees to it that what was written is on the disk. The cache can be used on. */
  close(): Promise<void> {
    return this.store.close();
  }

  private nameOf(content: string): string {
    return `${this.store.folder} ${content}`;
  }
}
