/** VgHIF on every family of backbones: starts as its baseline bit for bit, learns, and says where it looked. */
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { random } from "vghif/dist/data/random.js";
import { startEngine } from "vghif/dist/engine/index.js";
import type { VideoTextBackbone } from "vghif/dist/models/backbone.js";
import { textBatch } from "vghif/dist/models/clip.js";
import type { ClipConfig } from "vghif/dist/models/clip-config.js";
import { FAMILIES } from "vghif/dist/models/families.js";
import { type RecognizerConfig, recognize, textTokens, videoTokens } from "vghif/dist/models/recognizer.js";
import { VGHIF_DEFAULTS, type VghifConfig } from "vghif/dist/models/vghif-config.js";
import { initFusion } from "vghif/dist/models/vghif-params.js";
import { type Params, type Tensor, tf } from "vghif/dist/nn/array.js";
import { paramGroups } from "vghif/dist/train/groups.js";
import { train } from "vghif/dist/train/loop.js";
import { crossEntropy } from "vghif/dist/train/loss.js";
import { startState } from "vghif/dist/train/state.js";
import { assertClose, assertSame, numbers, randomParams, randomTensor } from "../tensors.js";

const CLIP: ClipConfig = {
  embedDim: 12,
  imageResolution: 12,
  patchSize: 4,
  visionLayers: 4,
  visionWidth: 14,
  visionHeads: 2,
  contextLength: 11,
  vocabSize: 23,
  textWidth: 20,
  textHeads: 2,
  textLayers: 2,
};
const VIDEOS = 2;
const FRAMES = 3;
const IDS = [
  [21, 3, 7, 9, 5, 22, 0],
  [21, 5, 4, 8, 22, 0, 0],
  [21, 9, 2, 4, 1, 6, 22],
];
const PROMPTS = { visionPrompts: { length: 2, depth: 3 }, textPrompts: { length: 3, depth: 2 } };

const BACKBONES = {
  "X-CLIP": FAMILIES.xclip.onClip(CLIP, { frames: FRAMES }),
  "ViFi-CLIP": FAMILIES.vificlip.onClip(CLIP, { frames: FRAMES }),
  "ViFi-CLIP with prompts": FAMILIES.vificlip.onClip(CLIP, { frames: FRAMES, ...PROMPTS }),
  ActionCLIP: FAMILIES.actionclip.onClip(CLIP),
} as const satisfies Record<string, VideoTextBackbone>;

const VARIANTS: readonly Partial<VghifConfig>[] = [
  {},
  { where: "inside", guide: "both" },
  { select: "all", iterations: 2 },
];

function model(backbone: VideoTextBackbone, change: Partial<VghifConfig>, gate: number) {
  const vghif: VghifConfig = { ...VGHIF_DEFAULTS, levels: [2, 4], ...change, gate };
  const own = randomParams(backbone.shapes);
  const params = { ...own, ...initFusion(vghif, CLIP, own, random("fusion").normal) };
  return { params, config: { backbone, vghif } satisfies RecognizerConfig };
}

const pixels = (): Tensor => randomTensor("pixels", [VIDEOS, FRAMES, 3, 12, 12]);

function run(params: Params, config: RecognizerConfig) {
  return recognize(
    params,
    config,
    videoTokens(params, config, pixels()),
    textTokens(params, config, textBatch(IDS, 7)),
  );
}

describe("VgHIF on every backbone", () => {
  before(() => startEngine());

  for (const [name, backbone] of Object.entries<VideoTextBackbone>(BACKBONES)) {
    describe(name, () => {
      it("equals its baseline bit for bit while its gates are 0, and differs once they open", () => {
        for (const change of VARIANTS) {
          const closed = model(backbone, change, 0);
          const baseline = run(closed.params, { backbone, vghif: null });
          assertSame(run(closed.params, closed.config).logits, baseline.logits, "logits");
          const open = model(backbone, change, 0.5);
          const moved = numbers(tf.max(tf.abs(tf.sub(run(open.params, open.config).logits, baseline.logits))));
          assert.ok(moved[0]! > 1e-3, "open gates must change the logits");
        }
      });

      it("attends with weights that sum to 1 over the frames' and patches' tokens, never over learned prompts", () => {
        const { params, config } = model(backbone, {}, 0.5);
        const { maps } = run(params, config);
        assert.equal(maps.length, 2);
        for (const { map } of maps) {
          assert.deepEqual(map.shape, [VIDEOS, IDS.length, FRAMES + 9]);
          assertClose(tf.sum(map, -1), tf.ones([VIDEOS, IDS.length]), 1e-5);
        }
      });

      it("trains: the loss falls, and the fusion's gates open", async () => {
        const { params, config } = model(backbone, {}, 0);
        const labels = tf.tensor1d([2, 0], "int32");
        const ranks = new Map(Object.entries(params).map(([key, value]) => [key, value.rank]));
        const options = {
          lr: 1e-3,
          fusionLrScale: 10,
          addedLrScale: 10,
          weightDecay: 0.001,
          decay: "matrices",
        } as const;
        const problem = {
          lossOf: (trained: Params) => crossEntropy(run(trained, config).logits, labels),
          groups: paramGroups(ranks, options, (key) => backbone.added.has(key)),
          schedule: { steps: 12, warmupSteps: 2, minLr: 1e-5 },
          stepsPerEpoch: 12,
          batchAt: () => ({}),
          disposeBatch: () => undefined,
        };
        const losses: number[] = [];
        const steps = train(problem, await startState(params), { compiled: false });
        for (;;) {
          const { done, value } = await steps.next();
          if (done) {
            const gate = value.params["vghif.fusion.1.visual_to_text.gate"]!.data;
            assert.ok(gate.some((x) => x !== 0));
            break;
          }
          losses.push(value.loss);
        }
        assert.ok(losses.at(-1)! < 0.85 * losses[0]!, `losses: ${losses.map((x) => x.toFixed(3))}`);
      });
    });
  }
});
