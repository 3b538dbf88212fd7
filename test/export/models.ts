/** Recognisers to export, what they give themselves, and inputs as a bare ONNX Runtime takes them. */
import path from "node:path";
import { random } from "vghif/dist/data/random.js";
import { loadRecognizer, type Recognizer, saveRecognizer } from "vghif/dist/evaluate/recognizer.js";
import { backbonePrompts } from "vghif/dist/features/prompts.js";
import { clipBackbone } from "vghif/dist/models/clip-backbone.js";
import { recognize, textTokens, videoTokens } from "vghif/dist/models/recognizer.js";
import { VGHIF_DEFAULTS, type VghifConfig } from "vghif/dist/models/vghif-config.js";
import { initFusion } from "vghif/dist/models/vghif-params.js";
import { type Tensor, tf } from "vghif/dist/nn/array.js";
import { initClip } from "vghif/dist/train/pretrain-start.js";
import { disposeParams } from "vghif/dist/weights/load.js";
import { TINY_CLIP } from "../tiny-clip.js";
import type { Fed } from "./plain-runtime.js";

export const LABELS = ["people walking", "a dog barking, loudly", "an empty street", "juggling", "rain"];
export const TEMPLATE = "a video of {}.";
export const FRAMES = 3;
export const SIZE = TINY_CLIP.imageResolution;

/** A recogniser with random weights and open gates, through its file in the folder. `change`: null without a fusion. */
export async function savedRecognizer(
  folder: string,
  name: string,
  change: Partial<VghifConfig> | null,
  template?: string,
): Promise<Recognizer> {
  const backbone = initClip(TINY_CLIP, 5);
  const vghif = change && { ...VGHIF_DEFAULTS, levels: [2, 4], gate: 0.5, ...change };
  const fusion = vghif ? initFusion(vghif, TINY_CLIP, backbone, random(2).normal) : {};
  const file = path.join(folder, `${name}.safetensors`);
  await saveRecognizer(file, { ...backbone, ...fusion }, { backbone: clipBackbone(TINY_CLIP), vghif }, template);
  disposeParams({ ...backbone, ...fusion });
  return loadRecognizer(file);
}

/** What the recogniser itself gives, op by op. */
export async function expected(
  { params, config }: Recognizer,
  pixels: Tensor,
  labels: readonly string[],
  template: string,
) {
  const text = await backbonePrompts(config.backbone, labels, template);
  return tf.tidy(() => {
    const { logits, maps } = recognize(
      params,
      config,
      videoTokens(params, config, pixels),
      textTokens(params, config, text),
    );
    return { logits: logits.dataSync(), maps: maps.map(({ map }) => map.dataSync()) };
  });
}

export const fed = (tensor: Tensor): Fed => ({
  type: "float32",
  data: tensor.dataSync() as Float32Array,
  dims: tensor.shape,
});
