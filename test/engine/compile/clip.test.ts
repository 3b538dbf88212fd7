/** The official CLIP case, compiled: tokens of every level, embeddings, logits, loss and every gradient. */
import assert from "node:assert/strict";
import path from "node:path";
import { before, test } from "node:test";
import { compile } from "vghif/dist/engine/compile/compile.js";
import { startEngine } from "vghif/dist/engine/index.js";
import {
  classTokens,
  cosineLogits,
  encodeText,
  meanOverFrames,
  type TextBatch,
  textBatch,
  visualHead,
  visualTower,
} from "vghif/dist/models/clip.js";
import { type Params, type Tensor, tf } from "vghif/dist/nn/array.js";
import { readTensors } from "vghif/dist/parity/case.js";
import { crossEntropy } from "vghif/dist/train/loss.js";
import { loadClip, toTensor } from "vghif/dist/weights/load.js";
import { absent, sharedDir } from "../../shared.js";
import { assertClose } from "../close.js";

const CASE = "goldens/clip-a";

interface Inputs {
  readonly params: Params;
  readonly pixels: Tensor;
  readonly text: TextBatch;
  readonly labels: Tensor;
}

before(() => startEngine("cpu"));

test("clip-a compiled equals the official outputs and gradients", async (t) => {
  const dir = sharedDir(CASE);
  if (!dir) return t.skip(absent(CASE));
  const { config, params } = await loadClip(path.join(dir, "weights.safetensors"));
  const host = (await readTensors(dir, "inputs"))!;
  const ids = host.get("token_ids")!;
  const length = ids.shape[1]!;
  const rows = Array.from({ length: ids.shape[0]! }, (_, row) => ids.data.slice(row * length, (row + 1) * length));

  const forward = ({ params, pixels, text }: Omit<Inputs, "labels">) => {
    const [videos, frames, ...rest] = pixels.shape as [number, number, number, number, number];
    const levels = visualTower(params, config, tf.reshape(pixels, [videos * frames, ...rest]));
    const imageFeatures = tf.reshape(visualHead(params, classTokens(levels.at(-1)!)), [videos, frames, -1]);
    const textFeatures = encodeText(params, config, text);
    const videoLogits = cosineLogits(params, meanOverFrames(imageFeatures), textFeatures);
    const tokens = Object.fromEntries(levels.map((level, i) => [`visual.resblocks.${i}`, level]));
    return { ...tokens, image_features: imageFeatures, text_features: textFeatures, video_logits: videoLogits };
  };
  const names = Object.keys(params);
  const program = ({ labels, ...inputs }: Inputs) => {
    const loss = (...values: Tensor[]): Tensor => {
      const trained = Object.fromEntries(names.map((name, i) => [name, values[i]!]));
      return crossEntropy(forward({ ...inputs, params: trained }).video_logits!, labels);
    };
    const { value, grads } = tf.valueAndGrads(loss)(names.map((name) => inputs.params[name]!));
    const named = Object.fromEntries(names.map((name, i) => [name, grads[i]!]));
    return { outputs: { ...forward(inputs), loss_video_logits: value } as Record<string, Tensor>, grads: named };
  };

  const inputs: Inputs = {
    params,
    pixels: toTensor(host.get("pixels")!),
    text: textBatch(rows, length),
    labels: toTensor(host.get("labels")!),
  };
  const compiled = await compile(program, inputs);
  const { outputs, grads } = await compiled.run(inputs);

  const official = (await readTensors(dir, "outputs"))!;
  for (const [name, value] of Object.entries(outputs)) {
    assertClose(value.data, official.get(name)!.data, 1e-4, name);
  }
  const officialGrads = (await readTensors(dir, "grads"))!;
  assert.deepEqual(Object.keys(grads).sort(), [...officialGrads.keys()].sort());
  for (const [name, { data }] of Object.entries(grads)) {
    const expected = officialGrads.get(name)!.data;
    const largest = Math.max(...Array.from(expected, Math.abs));
    const difference = Math.max(...Array.from(expected, (value, i) => Math.abs(data[i]! - value)));
    assert.ok(difference <= 1e-3 * largest, `gradient of ${name}: differs by ${difference}, largest is ${largest}`);
  }
  await compiled.release();
});
