/** Exported backbones of every family, with the fusion on top, give in a bare ONNX Runtime what they give here. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { random } from "vghif/dist/data/random.js";
import { startEngine } from "vghif/dist/engine/index.js";
import type { Recognizer } from "vghif/dist/evaluate/recognizer.js";
import { exportRecognizer } from "vghif/dist/export/export-onnx.js";
import { FAMILIES } from "vghif/dist/models/families.js";
import { VGHIF_DEFAULTS } from "vghif/dist/models/vghif-config.js";
import { initFusion } from "vghif/dist/models/vghif-params.js";
import { assertClose } from "../engine/close.js";
import { randomParams, randomTensor } from "../tensors.js";
import { TINY_CLIP } from "../tiny-clip.js";
import { expected, FRAMES, fed, LABELS, SIZE } from "./models.js";
import { readModel, runPlain } from "./plain-runtime.js";

const folder = mkdtempSync(path.join(tmpdir(), "vghif export "));
after(() => rmSync(folder, { recursive: true }));
before(() => startEngine());

const FAMILY_MODELS = {
  xclip: FAMILIES.xclip.onClip(TINY_CLIP, { frames: FRAMES }),
  "vificlip with prompts": FAMILIES.vificlip.onClip(TINY_CLIP, {
    frames: FRAMES,
    visionPrompts: { length: 2, depth: 2 },
    textPrompts: { length: 3, depth: 2 },
  }),
  actionclip: FAMILIES.actionclip.onClip(TINY_CLIP),
};

describe("an exported recogniser of the family", () => {
  for (const [name, backbone] of Object.entries(FAMILY_MODELS)) {
    it(`${name} with the fusion on top, classes in the file`, async () => {
      const vghif = { ...VGHIF_DEFAULTS, levels: [1, 4], gate: 0.5 };
      const params = randomParams(backbone.shapes, name);
      const fusion = initFusion(vghif, backbone.config, params, random(2).normal);
      const config = { backbone, vghif };
      const model: Recognizer = {
        template: "{}",
        config,
        backbone,
        params: { ...params, ...fusion },
        hash: "",
        weights: name,
        file: "",
      };
      const file = path.join(folder, `${name}.onnx`);
      const { outputs } = await exportRecognizer(model, file, { classes: { labels: LABELS }, frames: FRAMES });
      assert.deepEqual(outputs[0], { name: "logits", shape: ["batch", LABELS.length] });
      const batches = [1, 2].map((videos) => randomTensor(`${videos}`, [videos, FRAMES, 3, SIZE, SIZE]));
      const results = runPlain(file, ...batches.map((pixels) => ({ pixels: fed(pixels) })));
      for (const [at, pixels] of batches.entries()) {
        assertClose(results[at]!.logits!.data, (await expected(model, pixels, LABELS, "{}")).logits, 2e-5, "logits");
      }
      assert.deepEqual(readModel(file).opsets, [""]);
      if (backbone.frames === null) return;
      const other = exportRecognizer(model, file, { classes: { count: 2 }, frames: FRAMES + 1 });
      await assert.rejects(other, /made for 3 frames a video, not 4/);
    });
  }
});
