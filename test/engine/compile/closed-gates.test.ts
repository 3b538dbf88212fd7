/** Compiled too, VgHIF with closed gates is its baseline bit for bit: the optimiser treats what both have alike. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { random } from "vghif/dist/data/random.js";
import { compile } from "vghif/dist/engine/compile/compile.js";
import { startEngine } from "vghif/dist/engine/index.js";
import { textBatch } from "vghif/dist/models/clip.js";
import { clipBackbone } from "vghif/dist/models/clip-backbone.js";
import { clipShapes } from "vghif/dist/models/clip-config.js";
import { recognize, textTokens, videoTokens } from "vghif/dist/models/recognizer.js";
import { VGHIF_DEFAULTS, type VghifConfig } from "vghif/dist/models/vghif-config.js";
import { initFusion } from "vghif/dist/models/vghif-params.js";
import type { Params, Tensor } from "vghif/dist/nn/array.js";
import { randomParams, randomTensor } from "../../tensors.js";

const CLIP = {
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
const VARIANTS: Readonly<Record<string, Partial<VghifConfig>>> = {
  "the default": { levels: [1, 3] },
  "all tokens, both ways, two passes": { levels: [1, 2, 3], select: "all", guide: "both", iterations: 2 },
  "mean-pool": { levels: [1, 3], interaction: "mean-pool" },
};

before(() => startEngine("cpu"));

for (const [name, change] of Object.entries(VARIANTS)) {
  test(`compiled with closed gates: ${name}`, async () => {
    const backbone = randomParams(clipShapes(CLIP));
    const vghif = { ...VGHIF_DEFAULTS, ...change };
    const pixels = randomTensor("pixels", [2, 3, 3, 12, 12]);
    const text = textBatch([
      [21, 3, 22, 0, 0],
      [21, 5, 9, 22, 0],
      [21, 22, 0, 0, 0],
    ]);
    /** Logits, and the grounding maps as well so that the attention of the fusion has another form. */
    const logits = async (params: Params, fusion: VghifConfig | null, maps: boolean) => {
      const config = { backbone: clipBackbone(CLIP), vghif: fusion };
      const fn = (given: { params: Params; pixels: Tensor }) => {
        const video = videoTokens(given.params, config, given.pixels);
        const result = recognize(given.params, config, video, textTokens(given.params, config, text));
        return { logits: result.logits, maps: maps ? result.maps.map(({ map }) => map) : [] };
      };
      const program = await compile(fn, { params, pixels });
      const { data } = (await program.run({ params, pixels })).logits;
      await program.release();
      return data;
    };
    const baseline = await logits(backbone, null, false);
    const closed = { ...backbone, ...initFusion(vghif, CLIP, backbone, random("fusion").normal) };
    const open = { ...backbone, ...initFusion({ ...vghif, gate: 0.4 }, CLIP, backbone, random("fusion").normal) };
    assert.deepEqual(await logits(closed, vghif, false), baseline);
    assert.deepEqual(await logits(closed, vghif, true), baseline);
    assert.notDeepEqual(await logits(open, vghif, false), baseline);
  });
}
