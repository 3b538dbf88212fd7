import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { random } from "vghif/dist/data/random.js";
import { startEngine } from "vghif/dist/engine/index.js";
import { lastTokens, type VideoTextBackbone } from "vghif/dist/models/backbone.js";
import { cosineLogits, poolText, textBatch, textHead, textTower } from "vghif/dist/models/clip.js";
import { CLIP_SIZES, type ClipConfig } from "vghif/dist/models/clip-config.js";
import { FAMILIES, type FamilyName, familyOf, startAdded } from "vghif/dist/models/families.js";
import { type Params, type Tensor, tf } from "vghif/dist/nn/array.js";
import { assertClose, numbers, randomParams, randomTensor } from "../tensors.js";

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
const VIDEOS = 2;
const FRAMES = 3;
const IDS = [
  [21, 3, 7, 9, 5, 22, 0],
  [21, 5, 4, 8, 22, 0, 0],
  [21, 9, 2, 4, 1, 6, 22],
];
const PROMPTS = { visionPrompts: { length: 2, depth: 2 }, textPrompts: { length: 3, depth: 2 } };

/** Each family at a small size; ViFi-CLIP plain and with prompts. */
const MODELS = {
  clip: FAMILIES.clip.onClip(CLIP),
  xclip: FAMILIES.xclip.onClip(CLIP, { frames: FRAMES }),
  vificlip: FAMILIES.vificlip.onClip(CLIP, { frames: FRAMES }),
  "vificlip with prompts": FAMILIES.vificlip.onClip(CLIP, { frames: FRAMES, ...PROMPTS }),
  actionclip: FAMILIES.actionclip.onClip(CLIP),
} as const satisfies Record<string, VideoTextBackbone>;

function logits(backbone: VideoTextBackbone, params: Params, pixels: Tensor): Tensor {
  const text = textBatch(IDS, 7);
  const video = backbone.embedVideo(params, lastTokens(backbone.visualLevels(params, pixels), backbone.needsPatches));
  const tower = textTower(
    params,
    backbone.config,
    backbone.embedText(params, text),
    undefined,
    backbone.betweenTextBlocks(params),
  );
  const u = tf.tile(tf.expandDims(textHead(params, poolText(tower, text.pool)), 0), [VIDEOS, 1, 1]);
  return cosineLogits(params, video.video, backbone.conditionText(params, u, video));
}

const pixels = (): Tensor => randomTensor("pixels", [VIDEOS, FRAMES, 3, 12, 12]);

describe("families of backbones", () => {
  before(() => startEngine());

  it("have the published parameter counts at the official sizes", () => {
    const count = ({ shapes }: VideoTextBackbone): number =>
      [...shapes.values()].reduce((sum, shape) => sum + shape.reduce((product, n) => product * n, 1), 0);
    const counts = Object.values(CLIP_SIZES).map((clip) => count(FAMILIES.clip.onClip(clip)));
    // openai/CLIP: sum of the parameters of its archives.
    assert.deepEqual(counts, [151_277_313, 149_620_737, 427_616_513, 427_944_193]);
    // X-CLIP adds to CLIP: 12 blocks of messages (fc, norm, attention), the frame transformer, prompts.
    const b32 = CLIP_SIZES["ViT-B/32"];
    const x8 = count(FAMILIES.xclip.onClip(b32, { frames: 8 }));
    assert.equal(count(FAMILIES.xclip.onClip(b32, { frames: 32 })) - x8, 24 * 512);
    const messages = 12 * (768 * 768 + 768 + 2 * 768 + 4 * 768 * 768 + 4 * 768);
    const frames = 8 * 512 + 12 * 512 * 512 + 13 * 512;
    const prompts = 2 * 768 + 768 * 512 + 3 * 512 + 2 * (12 * 512 * 512 + 10 * 512);
    assert.equal(x8, 151_277_313 + messages + frames + prompts);
    assert.equal(count(FAMILIES.vificlip.onClip(b32, { frames: 8 })), 151_277_313);
    const official = { visionPrompts: { length: 10, depth: 12 }, textPrompts: { length: 10, depth: 12 } };
    const prompted = count(FAMILIES.vificlip.onClip(b32, { frames: 8, ...official }));
    assert.equal(prompted, 151_277_313 + 12 * 10 * (768 + 512));
  });

  for (const [name, backbone] of Object.entries<VideoTextBackbone>(MODELS)) {
    describe(name, () => {
      it("is told from its own shapes, with the same sizes", () => {
        const family = familyOf(backbone.shapes);
        assert.equal(family, name === "vificlip" ? "clip" : backbone.family);
        const again = FAMILIES[family].ofShapes(backbone.shapes);
        assert.deepEqual([...again.shapes].sort(), [...backbone.shapes].sort());
      });

      it("reads every parameter it names, and no other", () => {
        const used = new Set<string>();
        const params = new Proxy(randomParams(backbone.shapes), {
          get(target, key) {
            used.add(String(key));
            return target[String(key)];
          },
        });
        logits(backbone, params, pixels());
        const biasless = [...used].filter((key) => !backbone.shapes.has(key));
        assert.deepEqual(
          biasless.filter((key) => !/cross_attn\.[qkv]_proj\.bias$/.test(key)),
          [],
        );
        assert.deepEqual(
          [...backbone.shapes.keys()].filter((key) => !used.has(key)),
          [],
        );
      });

      it("has gradients that agree with central differences", () => checkGradients(backbone));

      it("starts what it adds to CLIP from seeded draws", () => {
        const seeded = (seed: number) =>
          startAdded(backbone.family as FamilyName, backbone, (key) => random(seed).fork(key));
        const [one, same, other] = [seeded(7), seeded(7), seeded(8)];
        assert.deepEqual(Object.keys(one), [...backbone.added.keys()]);
        for (const [key, value] of Object.entries(one)) {
          assert.deepEqual(value.shape, backbone.added.get(key));
          assert.deepEqual(numbers(value), numbers(same[key]!));
          const spread = new Set(numbers(value)).size > 1;
          if (spread) assert.notDeepEqual(numbers(value), numbers(other[key]!));
        }
      });
    });
  }

  it("see the order of frames where they integrate over time, and not where they average", () => {
    for (const [name, backbone] of Object.entries<VideoTextBackbone>(MODELS)) {
      const params = randomParams(backbone.shapes);
      const [straight, reversed] = [pixels(), tf.reverse(pixels(), 1)].map((x) => logits(backbone, params, x));
      const moved = numbers(tf.max(tf.abs(tf.sub(straight!, reversed!))))[0]!;
      const temporal = name === "xclip" || name === "actionclip";
      assert.ok(temporal ? moved > 1e-4 : moved < 1e-4, `${name}: reversed frames moved the logits by ${moved}`);
    }
  });

  it("keep X-CLIP's frames to themselves: another video in the batch changes nothing", () => {
    const backbone = MODELS.xclip;
    const params = randomParams(backbone.shapes);
    const both = pixels();
    const changed = tf.concat([
      tf.slice(both, [0, 0, 0, 0, 0], [1, -1, -1, -1, -1]),
      randomTensor("other", [1, FRAMES, 3, 12, 12]),
    ]);
    const first = (x: Tensor): Tensor => tf.slice(logits(backbone, params, x), [0, 0], [1, -1]);
    assertClose(first(changed), first(both), 1e-5);
  });

  it("refuse a number of frames that they were not made for", () => {
    const { xclip } = MODELS;
    const params = randomParams(xclip.shapes);
    assert.throws(
      () => xclip.visualLevels(params, randomTensor("x", [1, 5, 3, 12, 12])),
      /made for 3 frames was given 5/,
    );
  });
});

/** d(sum of logits * probe) / d(parameter) against central differences, an element of every third parameter. */
function checkGradients(backbone: VideoTextBackbone): void {
  const params = randomParams(backbone.shapes);
  const probe = randomTensor("probe", [VIDEOS, IDS.length]);
  const input = pixels();
  const objective = (all: Params): Tensor => tf.sum(tf.mul(logits(backbone, all, input), probe));
  const added = [...backbone.added.keys()];
  // Prompts are rounded to half precision: their differences are steps. The gradient passes through, as in torch.
  const smooth = [...new Set([...added, ...backbone.shapes.keys()])].filter((name) => !name.includes("VPT"));
  const names = smooth.filter((_, at) => at % 3 === 0);
  const grads = tf.grads((...values: Tensor[]) =>
    objective({ ...params, ...Object.fromEntries(names.map((name, at) => [name, values[at]!])) }),
  )(names.map((name) => params[name]!));
  const step = 1e-2;
  for (const [at, name] of names.entries()) {
    const value = params[name]!;
    const analytic = numbers(grads[at]!);
    const element = analytic.reduce((best, x, place) => (Math.abs(x) > Math.abs(analytic[best]!) ? place : best), 0);
    const bump = tf.tensor(
      Float32Array.from(analytic, (_, place) => (place === element ? 1 : 0)),
      value.shape,
    );
    const shifted = (by: number): number =>
      numbers(tf.tidy(() => objective({ ...params, [name]: tf.add(value, tf.mul(bump, by)) })))[0]!;
    const numeric = (shifted(step) - shifted(-step)) / (2 * step);
    const scale = Math.max(0.5, Math.abs(numeric));
    const difference = Math.abs(numeric - analytic[element]!) / scale;
    assert.ok(difference < 2e-2, `${name}[${element}]: ${analytic[element]}, numerically ${numeric}`);
  }
}
