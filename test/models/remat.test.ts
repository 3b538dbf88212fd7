import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { startEngine } from "vghif/dist/engine/index.js";
import type { VideoTextBackbone } from "vghif/dist/models/backbone.js";
import { textBatch } from "vghif/dist/models/clip.js";
import type { ClipConfig } from "vghif/dist/models/clip-config.js";
import { FAMILIES, withRemat } from "vghif/dist/models/families.js";
import { recognize, textTokens, videoTokens } from "vghif/dist/models/recognizer.js";
import { type Tensor, tf } from "vghif/dist/nn/array.js";
import { assertSame, randomParams, randomTensor } from "../tensors.js";

const CLIP: ClipConfig = {
  embedDim: 12,
  imageResolution: 12,
  patchSize: 4,
  visionLayers: 3,
  visionWidth: 14,
  visionHeads: 2,
  contextLength: 11,
  vocabSize: 23,
  textWidth: 20,
  textHeads: 2,
  textLayers: 3,
};
const IDS = [
  [21, 3, 7, 9, 5, 22, 0],
  [21, 5, 4, 8, 22, 0, 0],
];
const PROMPTS = { visionPrompts: { length: 2, depth: 2 }, textPrompts: { length: 3, depth: 2 } };
const MODELS: Readonly<Record<string, VideoTextBackbone>> = {
  clip: FAMILIES.clip.onClip(CLIP),
  xclip: FAMILIES.xclip.onClip(CLIP, { frames: 3 }),
  "vificlip with prompts": FAMILIES.vificlip.onClip(CLIP, { frames: 3, ...PROMPTS }),
  actionclip: FAMILIES.actionclip.onClip(CLIP),
};

describe("rematerialisation of whole models", () => {
  before(() => startEngine("cpu"));

  for (const [name, backbone] of Object.entries(MODELS)) {
    it(`gives the logits and gradients of ${name} without it, and keeps less`, () => {
      const params = randomParams(backbone.shapes);
      const names = Object.keys(params);
      const pixels = randomTensor("pixels", [2, 3, 3, 12, 12]);
      const text = textBatch(IDS, 7);
      const run = (model: VideoTextBackbone): { logits: Tensor; grads: Tensor[]; arrays: number } => {
        const config = { backbone: model, vghif: null };
        let [logits, arrays] = [tf.scalar(0) as Tensor, 0];
        const before = tf.memory().numDataBuffers;
        const grads = tf.grads((...values: Tensor[]) => {
          const named = Object.fromEntries(names.map((key, at) => [key, values[at]!]));
          logits = recognize(named, config, videoTokens(named, config, pixels), textTokens(named, config, text)).logits;
          logits = tf.keep(logits);
          arrays = tf.memory().numDataBuffers - before;
          return tf.sum(tf.square(logits));
        })(Object.values(params));
        return { logits, grads, arrays };
      };
      const [plain, remat] = [run(backbone), run(withRemat(backbone))];
      assertSame(remat.logits, plain.logits, "logits");
      for (const [at, grad] of plain.grads.entries()) assertSame(remat.grads[at]!, grad, names[at]!);
      assert.ok(remat.arrays < 0.6 * plain.arrays, `${remat.arrays} arrays, ${plain.arrays} without`);
    });
  }
});
