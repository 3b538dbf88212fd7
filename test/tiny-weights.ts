/** A checkpoint of the tiny CLIP, random values, always the same. */
import { startEngine } from "vghif/dist/engine/index.js";
import { initClip } from "vghif/dist/train/pretrain-start.js";
import { toHostRecord } from "vghif/dist/train/state.js";
import { disposeParams } from "vghif/dist/weights/load.js";
import { writeSafetensors } from "vghif/dist/weights/safetensors.js";
import { TINY_CLIP } from "./tiny-clip.js";

export async function writeTinyWeights(file: string): Promise<void> {
  await startEngine();
  const params = initClip(TINY_CLIP, 5);
  await writeSafetensors(file, new Map(Object.entries(await toHostRecord(params))));
  disposeParams(params);
}
