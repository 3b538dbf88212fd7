import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { random } from "vghif/dist/data/random.js";
import { startEngine } from "vghif/dist/engine/index.js";
import { classifyVideo } from "vghif/dist/evaluate/classify.js";
import { groundingOf } from "vghif/dist/evaluate/grounding.js";
import { groundingPicture } from "vghif/dist/evaluate/grounding-picture.js";
import { parseLabels } from "vghif/dist/evaluate/predict.js";
import { loadRecognizer, type Recognizer, saveRecognizer } from "vghif/dist/evaluate/recognizer.js";
import { clipBackbone } from "vghif/dist/models/clip-backbone.js";
import type { ClipConfig } from "vghif/dist/models/clip-config.js";
import { VGHIF_DEFAULTS, type VghifConfig } from "vghif/dist/models/vghif-config.js";
import { initFusion } from "vghif/dist/models/vghif-params.js";
import { initClip } from "vghif/dist/train/pretrain-start.js";
import { disposeParams } from "vghif/dist/weights/load.js";
import { PROJECT_ROOT } from "../shared.js";
import { TINY_CLIP } from "../tiny-clip.js";

const folder = mkdtempSync(path.join(tmpdir(), "vghif classify "));
after(() => rmSync(folder, { recursive: true }));

const VIDEO = path.join(PROJECT_ROOT, "notebooks", "media", "forecourt.mp4");
const LABELS = ["people walking", "a dog barking", "an empty street"];
const CLIP: ClipConfig = { ...TINY_CLIP, imageResolution: 40 };

/** A recogniser with random weights and open gates, through its file. */
async function recognizer(change: Partial<VghifConfig> | null): Promise<Recognizer> {
  const backbone = initClip(CLIP, 5);
  const vghif = change && { ...VGHIF_DEFAULTS, gate: 0.5, ...change };
  const fusion = vghif ? initFusion(vghif, CLIP, backbone, random(2).normal) : {};
  const file = path.join(folder, `${JSON.stringify(change)?.replace(/\W+/g, "-")}.safetensors`);
  await saveRecognizer(file, { ...backbone, ...fusion }, { backbone: clipBackbone(CLIP), vghif });
  disposeParams({ ...backbone, ...fusion });
  return loadRecognizer(file);
}

describe("classification of a real video", () => {
  before(() => startEngine());

  it("gives probabilities over all labels, best first, whatever the order they come in", async () => {
    const model = await recognizer(null);
    const result = await classifyVideo(model, VIDEO, LABELS, { frames: 5 });
    assert.equal(result.frameCount, 50);
    assert.deepEqual(result.indices, [5, 15, 25, 35, 45]);
    const probabilities = result.scores.map(({ probability }) => probability);
    assert.ok(Math.abs(probabilities.reduce((a, b) => a + b) - 1) < 1e-5);
    assert.deepEqual(
      [...probabilities].sort((a, b) => b - a),
      probabilities,
    );
    const turned = await classifyVideo(model, VIDEO, [...LABELS].reverse(), { frames: 5 });
    assert.deepEqual(
      turned.scores.map(({ label }) => label),
      result.scores.map(({ label }) => label),
    );
    assert.deepEqual(result.attention, []);
  });

  for (const select of ["cls", "patch", "cls+patch", "all"] as const) {
    it(`takes attention over '${select}' tokens apart into frames and patches`, async () => {
      const model = await recognizer({ select, levels: [2, 4], iterations: 2 });
      const { attention, scores } = await classifyVideo(model, VIDEO, LABELS, { frames: 5 });
      assert.equal(scores.length, 3);
      assert.deepEqual(
        attention.map(({ pass, block }) => [pass, block]),
        [
          [0, 2],
          [0, 4],
          [1, 2],
          [1, 4],
        ],
      );
      for (const visit of attention) {
        const { frames, maps, grid } = groundingOf(visit, 1, model.config, 5);
        assert.equal(grid, 5);
        assert.equal(frames?.length ?? 0, select === "patch" ? 0 : 5);
        assert.deepEqual(
          maps.map((map) => map.length),
          select === "cls" ? [] : Array(select === "all" ? 5 : 1).fill(25),
        );
        const total = [...(frames ?? []), ...maps.flat()].reduce((a, b) => a + b, 0);
        assert.ok(Math.abs(total - 1) < 1e-5);
      }
    });
  }

  it("draws the grounding map of one label as one SVG", async () => {
    const model = await recognizer({});
    const result = await classifyVideo(model, VIDEO, LABELS, { frames: 5 });
    const svg = await groundingPicture(model, VIDEO, result, LABELS, "people walking");
    assert.match(svg, /^<svg [\s\S]*<\/svg>$/);
    assert.equal(svg.match(/data:image\/jpeg/g)?.length, 5, "five frames");
    for (const block of [1, 2, 3, 4]) assert.ok(svg.includes(`block ${block}<`));
    assert.ok(svg.length < 60_000, `${svg.length} characters`);
    await assert.rejects(groundingPicture(model, VIDEO, result, LABELS, "a cat"), /not among the labels/);
  });

  it("refuses a checkpoint with a tensor missing, too many, or misshapen", async () => {
    const backbone = initClip(CLIP, 5);
    const less = { ...backbone };
    delete less["ln_final.bias"];
    const file = path.join(folder, "odd.safetensors");
    await saveRecognizer(file, less, { backbone: clipBackbone(CLIP), vghif: null });
    await assert.rejects(loadRecognizer(file), /missing tensors: ln_final\.bias/);
    await saveRecognizer(
      file,
      { ...backbone, extra: backbone.logit_scale! },
      { backbone: clipBackbone(CLIP), vghif: null },
    );
    await assert.rejects(loadRecognizer(file), /does not have: extra/);
    const misshapen = { ...backbone, "visual.ln_post.bias": backbone["ln_final.bias"]! };
    await saveRecognizer(file, misshapen, { backbone: clipBackbone(CLIP), vghif: null });
    await assert.rejects(loadRecognizer(file), /"visual\.ln_post\.bias" has shape \[20\], expected \[24\]/);
    disposeParams(backbone);
  });
});

describe("vghif predict", () => {
  const vghif = (...args: string[]) =>
    spawnSync(process.execPath, [path.join(PROJECT_ROOT, "lib", "bin", "vghif.js"), "predict", ...args], {
      encoding: "utf8",
      cwd: folder,
    });

  it("prints five labels with probabilities, or JSON", async () => {
    const { file } = await recognizer({});
    const labels = path.join(folder, "labels.txt");
    writeFileSync(labels, "one\r\ntwo, with a comma\nthree\n\nfour\nfive\nsix\n");
    const text = vghif(VIDEO, "--labels", labels, "--weights", file);
    assert.equal(text.status, 0, text.stderr);
    assert.equal(text.stdout.match(/^ *\d+\.\d % {2}\S/gm)?.length, 5);
    const json = JSON.parse(vghif(VIDEO, "--labels", labels, "--weights", file, "--json").stdout);
    assert.equal(json.top.length, 5);
    assert.equal(json.labels, 6);
    assert.equal(json.frameCount, 50);
  });

  it("answers bad input in one line, with exit code 1 for the work and 2 for the usage", async () => {
    const { file } = await recognizer({});
    const cases: [args: string[], status: number, message: RegExp][] = [
      [["nothing.mp4", "--labels", "a,b", "--weights", file], 1, /nothing\.mp4/],
      [[VIDEO, "--labels", "a,a", "--weights", file], 1, /given twice/],
      [[VIDEO, "--labels", " , ", "--weights", file], 1, /no labels/],
      [[VIDEO, "--labels", "a,b", "--weights", "none.safetensors"], 1, /none\.safetensors/],
      [[VIDEO, "--labels", "a,b", "--weights", file, "--frames", "0"], 2, /--frames/],
    ];
    for (const [args, status, message] of cases) {
      const run = vghif(...args);
      assert.equal(run.status, status, run.stderr);
      assert.match(run.stderr, message);
      assert.equal(run.stderr.trim().split("\n").length, 1, run.stderr);
      assert.equal(run.stdout, "");
    }
    assert.equal(vghif(VIDEO).status, 2);
  });

  it("reads labels from a list or a file", () => {
    assert.deepEqual(parseLabels(" a, b b ,c"), ["a", "b b", "c"]);
  });
});
