import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { startEngine } from "vghif/dist/engine/index.js";
import { classifyVideo } from "vghif/dist/evaluate/classify.js";
import { predict } from "vghif/dist/evaluate/predict.js";
import { loadRecognizer, type Recognizer, saveRecognizer } from "vghif/dist/evaluate/recognizer.js";
import { clipBackbone } from "vghif/dist/models/clip-backbone.js";
import { clipShapes } from "vghif/dist/models/clip-config.js";
import { disposeParams } from "vghif/dist/weights/load.js";
import { writeSafetensors } from "vghif/dist/weights/safetensors.js";
import { PROJECT_ROOT } from "../shared.js";
import { randomParams } from "../tensors.js";
import { TINY_CLIP } from "../tiny-clip.js";
import { tensorsOf } from "../weights/huggingface.js";

const folder = mkdtempSync(path.join(tmpdir(), "vghif recognizer "));
after(() => rmSync(folder, { recursive: true }));

const VIDEO = path.join(PROJECT_ROOT, "notebooks", "media", "forecourt.mp4");
const LABELS = ["walking", "a dog", "rain"];
const TEMPLATE = "a long video of {}, I think.";

async function saved(name: string, template?: string): Promise<string> {
  const file = path.join(folder, `${name}.safetensors`);
  const params = randomParams(clipShapes(TINY_CLIP));
  await saveRecognizer(file, params, { backbone: clipBackbone(TINY_CLIP), vghif: null }, template);
  disposeParams(params);
  return file;
}

const scores = async (model: Recognizer, template?: string) =>
  (await classifyVideo(model, VIDEO, LABELS, { frames: 2, ...(template === undefined ? {} : { template }) })).scores;

describe("a recogniser's file", () => {
  before(() => startEngine());

  it("keeps the template, which prompts are made with unless another is asked for", async () => {
    const file = await saved("trained", TEMPLATE);
    const model = await loadRecognizer(file);
    assert.equal(model.template, TEMPLATE);
    const own = await scores(model);
    assert.deepEqual(own, await scores(model, TEMPLATE));
    const bare = await scores(model, "{}");
    assert.notDeepEqual(own, bare);

    const plain = await loadRecognizer(await saved("plain"));
    assert.equal(plain.template, "{}");
    assert.deepEqual(await scores(plain), bare, "the same numbers, and no template");

    const options = { weights: file, frames: 2 };
    assert.deepEqual((await predict(VIDEO, LABELS.join(","), options)).top, own);
    assert.deepEqual((await predict(VIDEO, LABELS.join(","), { ...options, template: "{}" })).top, bare);
    const main = path.join(PROJECT_ROOT, "lib", "bin", "vghif.js");
    const args = [main, "predict", VIDEO, "--labels", LABELS.join(","), "--weights", file, "--frames", "2", "--json"];
    for (const [more, expected] of [
      [[], own],
      [["--template", "{}"], bare],
    ] as const) {
      const { status, stdout, stderr } = spawnSync(process.execPath, [...args, ...more], { encoding: "utf8" });
      assert.equal(status, 0, stderr);
      const { top } = JSON.parse(stdout) as { top: typeof own };
      for (const [at, { label, probability }] of top.entries()) {
        assert.equal(label, expected[at]!.label);
        assert.ok(Math.abs(probability - expected[at]!.probability) < 1e-5);
      }
    }
    for (const { params } of [model, plain]) disposeParams(params);
  });

  it("of others has no template, and a damaged one is refused", async () => {
    const tensors = tensorsOf(clipShapes(TINY_CLIP));
    const file = path.join(folder, "official.safetensors");
    await writeSafetensors(file, tensors);
    const { template, params } = await loadRecognizer(file);
    assert.equal(template, "{}");
    disposeParams(params);
    await writeSafetensors(file, tensors, { metadata: { "vghif.template": "a photo\u001b" } });
    await assert.rejects(loadRecognizer(file), (error: Error) => {
      assert.equal(error.name, "UserError");
      assert.match(
        error.message,
        /official\.safetensors: its metadata "vghif\.template" is "a photo.*", without "\{\}"/,
      );
      assert.ok(!error.message.includes("\u001b"));
      return true;
    });
  });
});
