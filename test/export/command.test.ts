/** `vghif export`, in processes of its own. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { main } from "vghif/dist/cli/main.js";
import { loadClip } from "vghif/dist/data/frames/load.js";
import { videoTransform } from "vghif/dist/data/frames/transforms.js";
import { startEngine } from "vghif/dist/engine/index.js";
import { clipShapes } from "vghif/dist/models/clip-config.js";
import { tf } from "vghif/dist/nn/array.js";
import { writeSafetensors } from "vghif/dist/weights/safetensors.js";
import { assertClose } from "../engine/close.js";
import { PROJECT_ROOT } from "../shared.js";
import { TINY_CLIP } from "../tiny-clip.js";
import { tensorsOf } from "../weights/huggingface.js";
import { officialVificlip } from "../weights/vificlip-file.js";
import { LABELS } from "./models.js";
import { runPlain } from "./plain-runtime.js";

const folder = mkdtempSync(path.join(tmpdir(), "vghif export "));
after(() => rmSync(folder, { recursive: true }));
before(() => startEngine());

const VIDEO = path.join(PROJECT_ROOT, "notebooks", "media", "forecourt.mp4");

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

  it("takes the token table that an official ViFi-CLIP file leaves out from --clip-weights", async () => {
    const tensors = tensorsOf(clipShapes(TINY_CLIP));
    await writeSafetensors(path.join(folder, "clip.safetensors"), tensors);
    await writeSafetensors(path.join(folder, "vifi.safetensors"), officialVificlip(tensors));
    const args = ["--labels", "walking,sitting,rain", "--frames", "2", "--template", "a {}"];
    const onnx = (model: string, ...more: string[]) =>
      vghif("export", `${model}.safetensors`, "--onnx", `${model}.onnx`, ...args, ...more);
    const without = onnx("vifi");
    assert.equal(without.status, 1);
    assert.match(without.stderr, /token_embedding\.weight.*--clip-weights FILE/);
    for (const run of [onnx("vifi", "--clip-weights", "clip.safetensors"), onnx("clip")]) {
      assert.equal(run.status, 0, run.stderr);
    }
    const { pixels } = await loadClip(VIDEO, { frames: 2, transform: videoTransform(32) });
    const [logits, clip] = ["vifi", "clip"].map((model) => {
      const fed = { type: "float32", data: pixels, dims: [1, 2, 3, 32, 32] } as const;
      return runPlain(path.join(folder, `${model}.onnx`), { pixels: fed })[0]!.logits!.data;
    });
    assertClose(logits!, clip!, 1e-5, "logits");
  });
});
