import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { startEngine } from "vghif/dist/engine/index.js";
import { frozenTowers } from "vghif/dist/experiments/learner.js";
import type { RunSpec, Trainable } from "vghif/dist/experiments/spec.js";
import { backbonePrompts } from "vghif/dist/features/prompts.js";
import { frozenTexts } from "vghif/dist/features/text.js";
import { textTokens } from "vghif/dist/models/recognizer.js";
import type { Tensor } from "vghif/dist/nn/array.js";
import { disposeParams } from "vghif/dist/weights/load.js";
import { loadBackbone } from "vghif/dist/weights/load-backbone.js";
import { SMOKE_CLIP, weightsFile } from "vghif/dist/weights/registry.js";
import { assertClose } from "../tensors.js";
import { backboneOf, CLASSES, PROMPTS } from "./family-runs.js";

describe("frozen towers", () => {
  const towers = (model: RunSpec["model"], trainable: Trainable, prompts?: RunSpec["prompts"]) => {
    const { visual, text } = frozenTowers(trainable, backboneOf({ model, ...(prompts ? { prompts } : {}) }));
    return `${visual ? "visual" : ""} ${text ? "text" : ""}`.trim();
  };
  const none = { length: 0, depth: 0 };

  it("are told from what is trained, tower by tower", () => {
    for (const model of ["clip", "xclip", "vificlip", "actionclip"] as const) {
      assert.equal(towers(model, "none"), "visual text");
      assert.equal(towers(model, "head"), "visual text");
      assert.equal(towers(model, "visual"), "text");
      assert.equal(towers(model, "all"), "");
    }
    assert.equal(towers("xclip", "added"), "text", "messages stand in the visual tower");
    assert.equal(towers("actionclip", "added"), "visual text", "its temporal transformer stands after the towers");
    assert.equal(towers("vificlip", "added", PROMPTS), "");
    assert.equal(towers("vificlip", "added", { ...PROMPTS, text: none }), "text");
    assert.equal(towers("vificlip", "added", { ...PROMPTS, vision: none }), "visual");
  });

  it("give the texts that each step would give", async () => {
    await startEngine();
    const { backbone, params } = await loadBackbone(weightsFile(SMOKE_CLIP));
    const config = { backbone, vghif: null };
    const once = await frozenTexts({ config, params, hash: "" }, CLASSES, "a {}");
    const batch = await backbonePrompts(backbone, CLASSES, "a {}");
    const stepwise = textTokens(params, config, batch);
    assert.ok("pooled" in once && "pooled" in stepwise);
    assertClose(once.pooled as Tensor, stepwise.pooled as Tensor, 2e-5);
    disposeParams(params);
  });
});
