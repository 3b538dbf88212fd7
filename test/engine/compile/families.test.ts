/** Every family of backbones with VgHIF on it: logits, maps and every gradient compiled, against the same eagerly on cpu. */
import { before, test } from "node:test";
import { random } from "vghif/dist/data/random.js";
import { compile } from "vghif/dist/engine/compile/compile.js";
import { startEngine } from "vghif/dist/engine/index.js";
import type { VideoTextBackbone } from "vghif/dist/models/backbone.js";
import { textBatch } from "vghif/dist/models/clip.js";
import type { ClipConfig } from "vghif/dist/models/clip-config.js";
import { FAMILIES } from "vghif/dist/models/families.js";
import { recognize, textTokens, videoTokens } from "vghif/dist/models/recognizer.js";
import { VGHIF_DEFAULTS } from "vghif/dist/models/vghif-config.js";
import { initFusion } from "vghif/dist/models/vghif-params.js";
import { type Params, type Tensor, tf, tidy } from "vghif/dist/nn/array.js";
import { crossEntropy } from "vghif/dist/train/loss.js";
import { randomParams, randomTensor } from "../../tensors.js";
import { assertClose } from "../close.js";

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
  textLayers: 2,
};
const FRAMES = 3;
const IDS = [
  [21, 3, 7, 9, 5, 22, 0],
  [21, 5, 4, 8, 22, 0, 0],
  [21, 9, 2, 4, 1, 6, 22],
];
const PROMPTS = { visionPrompts: { length: 2, depth: 3 }, textPrompts: { length: 3, depth: 2 } };

const BACKBONES: Readonly<Record<string, VideoTextBackbone>> = {
  "X-CLIP": FAMILIES.xclip.onClip(CLIP, { frames: FRAMES }),
  "ViFi-CLIP": FAMILIES.vificlip.onClip(CLIP, { frames: FRAMES }),
  "ViFi-CLIP with prompts": FAMILIES.vificlip.onClip(CLIP, { frames: FRAMES, ...PROMPTS }),
  ActionCLIP: FAMILIES.actionclip.onClip(CLIP),
};

interface Inputs {
  readonly params: Params;
  readonly pixels: Tensor;
  readonly labels: Tensor;
}

before(() => startEngine("cpu"));

for (const [name, backbone] of Object.entries(BACKBONES)) {
  test(`compiled: ${name}`, async () => {
    const vghif = { ...VGHIF_DEFAULTS, levels: [1, 3], gate: 0.4, guide: "both" as const };
    const own = randomParams(backbone.shapes);
    const params: Params = { ...own, ...initFusion(vghif, CLIP, own, random("fusion").normal) };
    const config = { backbone, vghif };
    const text = textBatch(IDS, 7);
    const run = (weights: Params, pixels: Tensor) =>
      recognize(weights, config, videoTokens(weights, config, pixels), textTokens(weights, config, text));
    const names = Object.keys(params);
    const program = ({ params, pixels, labels }: Inputs) => {
      const loss = (...values: Tensor[]): Tensor => {
        const trained = Object.fromEntries(names.map((key, i) => [key, values[i]!]));
        // The weights' own sum lets each have a gradient, also those that the family does not use.
        return values.reduce<Tensor>(
          (sum, value) => tf.add(sum, tf.sum(value)),
          crossEntropy(run(trained, pixels).logits, labels),
        );
      };
      const { value, grads } = tf.valueAndGrads(loss)(names.map((key) => params[key]!));
      const { logits, maps } = run(params, pixels);
      return { loss: value, logits, maps: maps.map(({ map }) => map), grads };
    };
    const inputs = {
      params,
      pixels: randomTensor("pixels", [2, FRAMES, 3, 12, 12]),
      labels: tf.tensor1d([2, 0], "int32"),
    };
    const expected = tidy(() => program(inputs));
    const compiled = await compile(program, inputs);
    const actual = await compiled.run(inputs);
    assertClose(actual.loss.data, expected.loss.dataSync(), 1e-5, "loss");
    assertClose(actual.logits.data, expected.logits.dataSync(), 2e-5, "logits");
    expected.maps.forEach((map, i) => {
      assertClose(actual.maps[i]!.data, map.dataSync(), 1e-5, `map ${i}`);
    });
    expected.grads.forEach((grad, i) => {
      assertClose(actual.grads[i]!.data, grad.dataSync(), 1e-4, names[i]!);
    });
    await compiled.release();
  });
}
