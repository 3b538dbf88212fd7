/** Exported files give in a bare ONNX Runtime what the recogniser gives here. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { main } from "vghif/dist/cli/main.js";
import { loadClip } from "vghif/dist/data/frames/load.js";
import { videoTransform } from "vghif/dist/data/frames/transforms.js";
import { random } from "vghif/dist/data/random.js";
import { startEngine } from "vghif/dist/engine/index.js";
import { loadRecognizer, type Recognizer, saveRecognizer } from "vghif/dist/evaluate/recognizer.js";
import { checkSize, exportRecognizer } from "vghif/dist/export/export-onnx.js";
import { backbonePrompts } from "vghif/dist/features/prompts.js";
import { clipBackbone } from "vghif/dist/models/clip-backbone.js";
import { FAMILIES } from "vghif/dist/models/families.js";
import { recognize, textTokens, videoTokens } from "vghif/dist/models/recognizer.js";
import { VGHIF_DEFAULTS, type VghifConfig } from "vghif/dist/models/vghif-config.js";
import { initFusion } from "vghif/dist/models/vghif-params.js";
import { type Tensor, tf } from "vghif/dist/nn/array.js";
import { loadTokenizer } from "vghif/dist/text/load-tokenizer.js";
import { initClip } from "vghif/dist/train/pretrain-start.js";
import { disposeParams } from "vghif/dist/weights/load.js";
import { assertClose } from "../engine/close.js";
import { PROJECT_ROOT } from "../shared.js";
import { randomParams, randomTensor } from "../tensors.js";
import { TINY_CLIP } from "../tiny-clip.js";
import { type Fed, readModel, runPlain } from "./plain-runtime.js";

const folder = mkdtempSync(path.join(tmpdir(), "vghif export "));
after(() => rmSync(folder, { recursive: true }));
before(() => startEngine());

const VIDEO = path.join(PROJECT_ROOT, "notebooks", "media", "forecourt.mp4");
const LABELS = ["people walking", "a dog barking, loudly", "an empty street", "juggling", "rain"];
const TEMPLATE = "a video of {}.";
const FRAMES = 3;
const SIZE = TINY_CLIP.imageResolution;

/** A recogniser with random weights and open gates, through its file. */
async function recognizer(name: string, change: Partial<VghifConfig> | null): Promise<Recognizer> {
  const backbone = initClip(TINY_CLIP, 5);
  const vghif = change && { ...VGHIF_DEFAULTS, levels: [2, 4], gate: 0.5, ...change };
  const fusion = vghif ? initFusion(vghif, TINY_CLIP, backbone, random(2).normal) : {};
  const file = path.join(folder, `${name}.safetensors`);
  await saveRecognizer(file, { ...backbone, ...fusion }, { backbone: clipBackbone(TINY_CLIP), vghif });
  disposeParams({ ...backbone, ...fusion });
  return loadRecognizer(file);
}

/** What the recogniser itself gives, op by op. */
async function expected({ params, config }: Recognizer, pixels: Tensor, labels: readonly string[], template: string) {
  const text = await backbonePrompts(config.backbone, labels, template);
  return tf.tidy(() => {
    const { logits, maps } = recognize(
      params,
      config,
      videoTokens(params, config, pixels),
      textTokens(params, config, text),
    );
    return { logits: logits.dataSync(), maps: maps.map(({ map }) => map.dataSync()) };
  });
}

const fed = (tensor: Tensor): Fed => ({ type: "float32", data: tensor.dataSync() as Float32Array, dims: tensor.shape });

async function tokenIds(texts: readonly string[]): Promise<Fed> {
  const rows = (await loadTokenizer()).tokenize(texts, { contextLength: 77 });
  return { type: "int32", data: Int32Array.from(rows.flatMap((row) => Array.from(row))), dims: [texts.length, 77] };
}

const FAMILY_MODELS = {
  xclip: FAMILIES.xclip.onClip(TINY_CLIP, { frames: FRAMES }),
  "vificlip with prompts": FAMILIES.vificlip.onClip(TINY_CLIP, {
    frames: FRAMES,
    visionPrompts: { length: 2, depth: 2 },
    textPrompts: { length: 3, depth: 2 },
  }),
  actionclip: FAMILIES.actionclip.onClip(TINY_CLIP),
};

const CASES: readonly (readonly [name: string, change: Partial<VghifConfig> | null])[] = [
  ["baseline", null],
  ["after", {}],
  ["both ways, all tokens, twice, shared", { guide: "both", select: "all", iterations: 2, share: true }],
  ["inside", { where: "inside", iterations: 2 }],
  ["inside, both ways", { where: "inside", guide: "both", order: "deep-to-shallow" }],
  ["film", { interaction: "film", ffn: false }],
];

describe("an exported recogniser, run without the library", () => {
  for (const [name, change] of CASES) {
    it(`${name}: logits and maps of any number of videos, classes in the file`, async () => {
      const model = await recognizer(name, change);
      const file = path.join(folder, `${name}.onnx`);
      const options = { classes: { labels: LABELS, template: TEMPLATE }, frames: FRAMES, maps: true };
      const { inputs, outputs } = await exportRecognizer(model, file, options);
      assert.deepEqual(inputs, [{ name: "pixels", shape: ["batch", FRAMES, 3, SIZE, SIZE] }]);
      assert.deepEqual(outputs[0], { name: "logits", shape: ["batch", LABELS.length] });
      const batches = [1, 2, 7].map((videos) => randomTensor(`${videos}`, [videos, FRAMES, 3, SIZE, SIZE]));
      const results = runPlain(file, ...batches.map((pixels) => ({ pixels: fed(pixels) })));
      for (const [at, pixels] of batches.entries()) {
        const result = results[at]!;
        const { logits, maps } = await expected(model, pixels, LABELS, TEMPLATE);
        assertClose(result.logits!.data, logits, 2e-5, "logits");
        assert.deepEqual(result.logits!.dims, [pixels.shape[0], LABELS.length]);
        assert.equal(outputs.length, 1 + maps.length);
        for (const [visit, map] of maps.entries()) {
          assertClose(result[outputs[visit + 1]!.name]!.data, map, 2e-5, "map");
        }
      }
      const read = readModel(file);
      assert.deepEqual(read.opsets, [""], "other runtimes read plain ONNX only");
      assert.deepEqual(
        read.operators.filter((operator) => !operator.startsWith(".")),
        [],
      );
    });

    if (name === "film" || name.startsWith("both")) continue;
    it(`${name}: classes as token ids`, async () => {
      const model = await recognizer(name, change);
      const file = path.join(folder, `${name} ids.onnx`);
      const { inputs } = await exportRecognizer(model, file, { classes: { count: 3 }, frames: FRAMES, batch: 2 });
      assert.deepEqual(
        [...inputs].sort((a, b) => (a.name < b.name ? -1 : 1)),
        [
          { name: "pixels", shape: [2, FRAMES, 3, SIZE, SIZE] },
          { name: "token_ids", shape: [3, 77] },
        ],
      );
      const pixels = randomTensor("pixels", [2, FRAMES, 3, SIZE, SIZE]);
      // A literal end of text in the middle: the first one is where the text is read off.
      const labels = ["red", "a rather longer class name", "stop<|endoftext|> here"];
      const [result] = runPlain(file, { pixels: fed(pixels), token_ids: await tokenIds(labels) });
      assertClose(result!.logits!.data, (await expected(model, pixels, labels, "{}")).logits, 2e-5, "logits");
    });
  }

  for (const [name, backbone] of Object.entries(FAMILY_MODELS)) {
    it(`${name} with the fusion on top, classes in the file`, async () => {
      const vghif = { ...VGHIF_DEFAULTS, levels: [1, 4], gate: 0.5 };
      const params = randomParams(backbone.shapes, name);
      const fusion = initFusion(vghif, backbone.config, params, random(2).normal);
      const config = { backbone, vghif };
      const model: Recognizer = {
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

  it("with ONNX Runtime's own operators, and on the op-by-op engine, the same", async () => {
    const model = await recognizer("own", {});
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
    const model = await recognizer("told", { iterations: 2 });
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
    const model = await recognizer("refused", null);
    const file = path.join(folder, "refused.onnx");
    await assert.rejects(exportRecognizer(model, file, { classes: { labels: [] } }), /no labels/);
    await assert.rejects(exportRecognizer(model, file, { classes: { labels: ["a", "a"] } }), /given twice/);
    const nowhere = path.join(folder, "nowhere", "a.onnx");
    await assert.rejects(exportRecognizer(model, nowhere, { classes: { labels: ["a"] } }), /cannot write .*nowhere/);
    assert.throws(() => checkSize(2 ** 31, "big.onnx"), /big\.onnx: .* are 2\.00 GiB/);
    checkSize(2 ** 30, "small.onnx");
  });
});

describe("vghif export", () => {
  const vghif = (...args: string[]) =>
    spawnSync(process.execPath, [path.join(PROJECT_ROOT, "lib", "bin", "vghif.js"), ...args], {
      encoding: "utf8",
      cwd: folder,
    });

  it("smoke-clip on a real video ranks the labels as vghif predict does", async () => {
    const labels = path.join(folder, "labels.txt");
    writeFileSync(labels, LABELS.join("\n"));
    const exported = vghif("export", "smoke-clip", "--onnx", "smoke.onnx", "--labels", labels);
    assert.equal(exported.status, 0, exported.stderr);
    assert.match(exported.stdout, /input {2}pixels \[batch, 8, 3, 64, 64\]\noutput logits \[batch, 5\]\nsmoke\.onnx: /);
    const { pixels } = await loadClip(VIDEO, { frames: 8, transform: videoTransform(64) });
    const file = path.join(folder, "smoke.onnx");
    const [result] = runPlain(file, { pixels: { type: "float32", data: pixels, dims: [1, 8, 3, 64, 64] } });
    const probabilities = tf.softmax(tf.tensor1d(result!.logits!.data)).dataSync();
    const predicted = vghif("predict", VIDEO, "--labels", labels, "--json");
    assert.equal(predicted.status, 0, predicted.stderr);
    const top: { label: string; probability: number }[] = JSON.parse(predicted.stdout).top;
    const ranked = [...LABELS.keys()].sort((a, b) => probabilities[b]! - probabilities[a]!);
    assert.deepEqual(
      ranked.map((at) => LABELS[at]),
      top.map(({ label }) => label),
    );
    assertClose(
      ranked.map((at) => probabilities[at]!),
      top.map(({ probability }) => probability),
      1e-5,
      "probability",
    );
  });

  it("takes either labels or a number of classes", async () => {
    const usage = (...args: string[]) => main(["export", "smoke-clip", "--onnx", path.join(folder, "x.onnx"), ...args]);
    assert.equal(await usage(), 2);
    assert.equal(await usage("--labels", "a", "--classes", "2"), 2);
    assert.equal(await usage("--classes", "2.5"), 2);
    const missing = vghif("export", "none.safetensors", "--onnx", "x.onnx", "--classes", "2");
    assert.equal(missing.status, 1);
    assert.match(missing.stderr, /^vghif: .*none\.safetensors.*\n$/);
  });
});
