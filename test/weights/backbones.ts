/** Small backbones of every family and their files, for tests of loading. */
import assert from "node:assert/strict";
import path from "node:path";
import { random } from "vghif/dist/data/random.js";
import type { VideoTextBackbone } from "vghif/dist/models/backbone.js";
import { FAMILIES, type FamilyName } from "vghif/dist/models/families.js";
import { disposeParams } from "vghif/dist/weights/load.js";
import { type BackboneRequest, type LoadedBackbone, loadBackbone } from "vghif/dist/weights/load-backbone.js";
import { writeSafetensors } from "vghif/dist/weights/safetensors.js";
import { numbers } from "../tensors.js";
import { SIZES, type Tensors } from "./huggingface.js";

export const FRAMES = 5;
export const VISION = { length: 2, depth: 3 };
export const TEXT = { length: 3, depth: 2 };
export const BACKBONES = {
  clip: FAMILIES.clip.onClip(SIZES),
  xclip: FAMILIES.xclip.onClip(SIZES, { frames: FRAMES }),
  vificlip: FAMILIES.vificlip.onClip(SIZES, { frames: FRAMES, visionPrompts: VISION, textPrompts: TEXT }),
  actionclip: FAMILIES.actionclip.onClip(SIZES),
} as const satisfies Record<FamilyName, VideoTextBackbone>;

/** Writes a checkpoint to the folder; returns its file. */
export async function write(folder: string, name: string, tensors: Tensors): Promise<string> {
  const file = path.join(folder, `${name}.safetensors`);
  await writeSafetensors(file, tensors);
  return file;
}

/** Loads, frees the parameters, keeps their numbers. */
export async function loaded(file: string, request?: BackboneRequest) {
  const { backbone, params, id, towerIds }: LoadedBackbone = await loadBackbone(file, request);
  const values = new Map(Object.entries(params).map(([name, value]) => [name, numbers(value)]));
  disposeParams(params);
  return { backbone, values, id, towerIds };
}

export function assertHolds(values: ReadonlyMap<string, number[]>, tensors: Tensors): void {
  for (const [name, { data }] of tensors) assert.deepEqual(values.get(name), Array.from(data), name);
}

export const seeded = (seed: number): Pick<BackboneRequest, "draws" | "drawsKey"> => ({
  draws: (name) => random(seed).fork(name),
  drawsKey: () => String(seed),
});
