/** Every kind of VgHIF recogniser: logits, grounding maps and gradients compiled, against the same eagerly on cpu. */
import { before, test } from "node:test";
import { random } from "vghif/dist/data/random.js";
import { compile } from "vghif/dist/engine/compile/compile.js";
import { startEngine } from "vghif/dist/engine/index.js";
import { textBatch } from "vghif/dist/models/clip.js";
import { clipBackbone } from "vghif/dist/models/clip-backbone.js";
import { type ClipConfig, clipShapes } from "vghif/dist/models/clip-config.js";
import { recognize, textTokens, videoTokens } from "vghif/dist/models/recognizer.js";
import { VGHIF_DEFAULTS, type VghifConfig } from "vghif/dist/models/vghif-config.js";
import { initFusion } from "vghif/dist/models/vghif-params.js";
import { type Params, type Tensor, tf } from "vghif/dist/nn/array.js";
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
  contextLength: 7,
  vocabSize: 23,
  textWidth: 20,
  textHeads: 2,
  textLayers: 2,
};
const VARIANTS: Readonly<Record<string, Partial<VghifConfig> | null>> = {
  "the baseline": null,
  "the default": { levels: [1, 3] },
  "two passes, shared, deep to shallow": { levels: [1, 2, 3], iterations: 2, share: true, order: "deep-to-shallow" },
  "all tokens, both ways": { levels: [2, 3], select: "all", guide: "both" },
  "text to visual": { levels: [2, 3], guide: "text-to-visual" },
  "inside the text tower": { levels: [1, 3], where: "inside", select: "cls" },
  "mean-pool": { levels: [1, 3], interaction: "mean-pool" },
  "concat-mlp": { levels: [1, 3], interaction: "concat-mlp" },
  film: { levels: [1, 3], interaction: "film" },
};

const IDS = [
  [21, 3, 22, 0, 0],
  [21, 5, 9, 22, 0],
  [21, 22, 0, 0, 0],
  [21, 1, 1, 8, 22],
];

interface Inputs {
  readonly params: Params;
  readonly pixels: Tensor;
}

before(() => startEngine("cpu"));

for (const [name, change] of Object.entries(VARIANTS)) {
  test(`compiled: ${name}`, async () => {
    const vghif = change && { ...VGHIF_DEFAULTS, ...change, gate: 0.4 };
    const backbone = randomParams(clipShapes(CLIP));
    const fusion = vghif ? initFusion(vghif, CLIP, backbone, random("fusion").normal) : {};
    const params: Params = { ...backbone, ...fusion };
    const pixels = randomTensor("pixels", [2, 3, 3, 12, 12]);
    const text = textBatch(IDS, 5);
    const labels = tf.tensor1d([3, 1], "int32");
    const config = { backbone: clipBackbone(CLIP), vghif };

    const run = (weights: Params, frames: Tensor) =>
      recognize(weights, config, videoTokens(weights, config, frames), textTokens(weights, config, text));
    const names = Object.keys(params);
    const program = (inputs: Inputs) => {
      const loss = (...values: Tensor[]): Tensor => {
        const trained = Object.fromEntries(names.map((key, i) => [key, values[i]!]));
        // The weights' own sum lets each have a gradient, also those that a variant does not use.
        const all = values.reduce((sum, value) => tf.add(sum, tf.sum(value)));
        return tf.add(crossEntropy(run(trained, inputs.pixels).logits, labels), tf.sum(all));
      };
      const { grads } = tf.valueAndGrads(loss)(names.map((key) => inputs.params[key]!));
      const { logits, maps } = run(inputs.params, inputs.pixels);
      return { logits, maps: maps.map(({ map }) => map), grads };
    };
    const expected = tf.tidy(() => program({ params, pixels }) as never) as ReturnType<typeof program>;
    const compiled = await compile(program, { params, pixels });
    const actual = await compiled.run({ params, pixels });
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
