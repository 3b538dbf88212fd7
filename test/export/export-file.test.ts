/** What an exported file says about itself, which operators it may use, and what is refused. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { videoTransform } from "vghif/dist/data/frames/transforms.js";
import { startEngine } from "vghif/dist/engine/index.js";
import { checkSize, exportRecognizer } from "vghif/dist/export/export-onnx.js";
import { assertClose } from "../engine/close.js";
import { randomTensor } from "../tensors.js";
import { expected, FRAMES, fed, LABELS, SIZE, savedRecognizer, TEMPLATE } from "./models.js";
import { readModel, runPlain } from "./plain-runtime.js";

const folder = mkdtempSync(path.join(tmpdir(), "vghif export "));
after(() => rmSync(folder, { recursive: true }));
before(() => startEngine());

describe("an exported file", () => {
  it("with ONNX Runtime's own operators, and on the op-by-op engine, the same", async () => {
    const model = await savedRecognizer(folder, "own", {});
    const pixels = randomTensor("pixels", [2, FRAMES, 3, SIZE, SIZE]);
    const { logits } = await expected(model, pixels, LABELS, "{}");
    const file = path.join(folder, "own.onnx");
    await exportRecognizer(model, file, { classes: { labels: LABELS }, frames: FRAMES, plain: false });
    assert.deepEqual(readModel(file).opsets.sort(), ["", "com.microsoft"]);
    assertClose(runPlain(file, { pixels: fed(pixels) })[0]!.logits!.data, logits, 2e-5, "logits");
    await startEngine("wasm");
    await exportRecognizer(model, file, { classes: { labels: LABELS }, frames: FRAMES });
    assertClose(runPlain(file, { pixels: fed(pixels) })[0]!.logits!.data, logits, 2e-5, "logits");
    await startEngine("onnx");
  });

  it("says what its user needs, keeps state-dict names, and leaves out the text tower where the classes are in it", async () => {
    const model = await savedRecognizer(folder, "told", { iterations: 2 });
    const file = path.join(folder, "told.onnx");
    await exportRecognizer(model, file, { classes: { labels: LABELS, template: TEMPLATE }, frames: FRAMES });
    const { metadata, weights, inputs } = readModel(file);
    assert.deepEqual(inputs, ["pixels"]);
    assert.deepEqual(JSON.parse(metadata["vghif.labels"]!), LABELS);
    assert.equal(metadata["vghif.template"], TEMPLATE);
    assert.equal(metadata["vghif.frames"], "3");
    assert.equal(metadata["vghif.batch"], "any");
    assert.equal(metadata["vghif.image_size"], "32");
    assert.deepEqual(JSON.parse(metadata["vghif.mean"]!), [123.675, 116.28, 103.53]);
    assert.deepEqual(JSON.parse(metadata["vghif.std"]!), [58.395, 57.12, 57.375]);
    assert.deepEqual(JSON.parse(metadata["vghif.transform"]!), videoTransform(32));
    assert.equal(JSON.parse(metadata["vghif.config"]!).iterations, 2);
    assert.equal(metadata["vghif.weights"], "told.safetensors");
    const digest = createHash("sha256").update(readFileSync(model.file)).digest("hex");
    assert.equal(metadata["vghif.weights_sha256"], digest);
    assert.match(metadata["vghif.package"]!, /^vghif \d+\.\d+\.\d+$/);
    for (const name of [
      "visual.proj",
      "visual.transformer.resblocks.3.mlp.c_fc.weight",
      "vghif.fusion.1.visual_to_text.q",
    ]) {
      assert.ok(weights.includes(name), `${name} is not among ${weights}`);
    }
    assert.deepEqual(
      weights.filter((name) => /^(transformer|token_embedding|positional)/.test(name)),
      [],
    );
  });

  it("refuses classes that make no sense", async () => {
    const model = await savedRecognizer(folder, "refused", null);
    const file = path.join(folder, "refused.onnx");
    await assert.rejects(exportRecognizer(model, file, { classes: { labels: [] } }), /no labels/);
    await assert.rejects(exportRecognizer(model, file, { classes: { labels: ["a", "a"] } }), /given twice/);
    const nowhere = path.join(folder, "nowhere", "a.onnx");
    await assert.rejects(exportRecognizer(model, nowhere, { classes: { labels: ["a"] } }), /cannot write .*nowhere/);
    assert.throws(() => checkSize(2 ** 31, "big.onnx"), /big\.onnx: .* are 2\.00 GiB/);
    checkSize(2 ** 30, "small.onnx");
  });

  it("has the template that the recogniser was trained with, unless another is asked for", async () => {
    const model = await savedRecognizer(folder, "trained", {}, TEMPLATE);
    const pixels = randomTensor("pixels", [1, FRAMES, 3, SIZE, SIZE]);
    for (const [name, template] of Object.entries({ own: undefined, other: "{}!" })) {
      const file = path.join(folder, `${name} template.onnx`);
      const classes = { labels: LABELS, ...(template === undefined ? {} : { template }) };
      await exportRecognizer(model, file, { classes, frames: FRAMES });
      assert.equal(readModel(file).metadata["vghif.template"], template ?? TEMPLATE);
      const { logits } = await expected(model, pixels, LABELS, template ?? TEMPLATE);
      assertClose(runPlain(file, { pixels: fed(pixels) })[0]!.logits!.data, logits, 2e-5, "logits");
    }
    const ids = path.join(folder, "ids.onnx");
    await exportRecognizer(model, ids, { classes: { count: 2 }, frames: FRAMES });
    const { metadata } = readModel(ids);
    assert.deepEqual([metadata["vghif.template"], metadata["vghif.labels"]], [TEMPLATE, undefined]);
  });
});
