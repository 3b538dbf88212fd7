import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { before, describe, test } from "node:test";
import Papa from "papaparse";
import { trace } from "vghif/dist/engine/compile/trace.js";
import { startEngine } from "vghif/dist/engine/index.js";
import { countRecognizer } from "vghif/dist/experiments/cost/count.js";
import { ablationCost } from "vghif/dist/experiments/cost/declared.js";
import { medianSummary } from "vghif/dist/experiments/cost/median.js";
import { multiplyAccumulates } from "vghif/dist/experiments/cost/products.js";
import { publishedCosts } from "vghif/dist/experiments/cost/published.js";
import { COST, type CostRecord } from "vghif/dist/experiments/cost/record.js";
import { renderCost } from "vghif/dist/experiments/cost/render.js";
import { readCost } from "vghif/dist/experiments/cost/result.js";
import { runCost } from "vghif/dist/experiments/cost/run.js";
import { type CostSpec, costId } from "vghif/dist/experiments/cost/spec.js";
import { sideFile, writeSide } from "vghif/dist/experiments/side-record.js";
import { openStore } from "vghif/dist/experiments/store.js";
import { clipBackbone } from "vghif/dist/models/clip-backbone.js";
import { CLIP_SIZES, type ClipConfig } from "vghif/dist/models/clip-config.js";
import { FAMILIES } from "vghif/dist/models/families.js";
import { VGHIF_DEFAULTS } from "vghif/dist/models/vghif-config.js";
import { tf } from "vghif/dist/nn/array.js";
import { temporaryFolder } from "./example-runs.js";

before(async () => {
  await startEngine("cpu");
});

/** Every size a prime where it can be. */
const SMALL: ClipConfig = {
  embedDim: 12,
  imageResolution: 15,
  patchSize: 5,
  visionLayers: 3,
  visionWidth: 14,
  visionHeads: 2,
  contextLength: 11,
  vocabSize: 61,
  textWidth: 10,
  textHeads: 2,
  textLayers: 2,
};

describe("multiply-accumulates", () => {
  const [frames, classes] = [7, 13];

  /** The tower, block by block; texts are given. */
  function towerByHand({ visionWidth: width, patchSize, visionLayers, embedDim }: ClipConfig, patches: number): number {
    const length = 1 + patches;
    const block = 12 * length * width * width + 2 * length * length * width;
    return frames * (patches * 3 * patchSize ** 2 * width + visionLayers * block + width * embedDim);
  }

  test("of CLIP: the tower's products by hand, and each video's cosines with the classes", () => {
    const { multiplyAccumulates } = countRecognizer(clipBackbone(SMALL), null, frames, classes);
    assert.equal(multiplyAccumulates, towerByHand(SMALL, 9) + classes * SMALL.embedDim);
  });

  test("of VgHIF: one level, asked by all classes, by hand", () => {
    const vghif = { ...VGHIF_DEFAULTS, levels: [2], select: "patch", heads: 1, ratio: 3 } as const;
    const baseline = countRecognizer(clipBackbone(SMALL), null, frames, classes);
    const twin = countRecognizer(clipBackbone(SMALL), vghif, frames, classes);
    const { embedDim: width, visionWidth } = SMALL;
    const tokens = 9;
    // What the text asks with at the first level depends on parameters alone: only scores, mixtures and what follows vary.
    const level = tokens * visionWidth * width;
    const keysAndValues = 2 * tokens * width * width;
    const attended = 2 * classes * tokens * width;
    const after = classes * width * width + 2 * classes * 3 * width * width;
    const more = twin.multiplyAccumulates - baseline.multiplyAccumulates;
    assert.equal(more, level + keysAndValues + attended + after);
    const fusion = 2 * visionWidth + visionWidth * width + 2 * width + 4 * width * width + width;
    const feedForward = 2 * width + 2 * 3 * width * width + 3 * width + width + width;
    assert.equal(twin.parameters - baseline.parameters, fusion + feedForward);
  });

  test("of single products: either side turned, batched, as an Einsum, and not what the input has no part in", () => {
    const shapes = { x: [3, 5], w: [5, 7], turned: [3, 11], batch: [2, 5, 13] } as const;
    const specs = new Map(Object.entries(shapes).map(([name, shape]) => [name, { shape, dtype: "float32" as const }]));
    const example = Object.fromEntries(
      [...specs].map(([name, { shape }]) => [name, { data: new Float32Array(0), shape }]),
    );
    const counted = (fn: (inputs: Readonly<Record<keyof typeof shapes, tf.Tensor>>) => tf.Tensor) =>
      multiplyAccumulates(
        trace((inputs: never) => ({ y: fn(inputs) }), example, specs),
        "x",
      );
    assert.equal(
      counted(({ x, w }) => tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D)),
      3 * 5 * 7,
    );
    assert.equal(
      counted(({ x, turned }) => tf.matMul(x as tf.Tensor2D, turned as tf.Tensor2D, true)),
      3 * 5 * 11,
    );
    assert.equal(
      counted(({ x, batch }) => tf.matMul(tf.tile(tf.expandDims(x, 0), [2, 1, 1]), batch)),
      2 * 3 * 5 * 13,
    );
    assert.equal(
      counted(({ x, w }) => tf.einsum("ij,jk->ki", x, w)),
      3 * 5 * 7,
    );
    assert.equal(
      counted(({ x, w }) => tf.add(tf.sum(x), tf.matMul(w, w, true))),
      0,
    );
    assert.throws(
      () =>
        multiplyAccumulates(
          trace(({ w }: never) => ({ y: w }), example, specs),
          "z",
        ),
      /no input "z"/,
    );
  });

  test("of official sizes: the published counts", () => {
    const count = (size: keyof typeof CLIP_SIZES) => countRecognizer(clipBackbone(CLIP_SIZES[size]), null, 8, 400);
    // openai/CLIP's models have 151 277 313, 149 620 737 and 427 616 513 parameters.
    assert.equal(count("ViT-B/32").parameters, 151_277_313);
    assert.equal(count("ViT-B/16").parameters, 149_620_737);
    assert.equal(count("ViT-L/14").parameters, 427_616_513);
    assert.equal((count("ViT-B/16").multiplyAccumulates / 1e9).toFixed(0), "141");
    // X-CLIP with 8 frames: 39, 145 and 658 GFLOPs; B/16 131.5 M parameters without the text tower (63.43 M).
    const countXclip = (size: keyof typeof CLIP_SIZES) =>
      countRecognizer(FAMILIES.xclip.onClip(CLIP_SIZES[size], { frames: 8 }), null, 8, 400);
    const xclip = countXclip("ViT-B/16");
    assert.equal(((xclip.parameters - 63.428e6) / 1e6).toFixed(1), "131.5");
    for (const [size, published] of [
      ["ViT-B/32", 39],
      ["ViT-B/16", 145],
      ["ViT-L/14", 658],
    ] as const) {
      const counted = countXclip(size).multiplyAccumulates / 1e9;
      assert.ok(Math.abs(counted - published) < 1, `${size}: ${counted} counted, ${published} published`);
    }
  });
});

test("the median's interval: exact ranks of the sign test", () => {
  const to = (n: number) => Array.from({ length: n }, (_, at) => n - at);
  assert.deepEqual(medianSummary(to(5)), { n: 5, median: 3, interval: null });
  assert.deepEqual(medianSummary(to(6)), { n: 6, median: 3.5, interval: [1, 6] });
  assert.deepEqual(medianSummary(to(9)), { n: 9, median: 5, interval: [2, 8] });
  assert.deepEqual(medianSummary(to(25)), { n: 25, median: 13, interval: [8, 18] });
  assert.throws(() => medianSummary([]), /at least one/);
});

const MEASURED: CostSpec = {
  kind: "cost",
  model: "xclip",
  size: "smoke-clip",
  frames: 3,
  classes: 5,
  vghif: VGHIF_DEFAULTS,
  timing: { rounds: 7, roundMs: 1, processes: 1 },
};
const COUNTED: CostSpec = { ...MEASURED, model: "clip", size: "ViT-B/32", timing: null };

/** A record with the given slowdown and operations. */
function example(spec: CostSpec, slowdown: [number, number, number], macs: number): CostRecord {
  const flat = (median: number) => ({ n: 9, median, interval: [median - 1, median + 1] as const });
  const [low, median, high] = slowdown;
  return {
    id: costId(spec),
    spec,
    counts: {
      baseline: { parameters: 2_000_000, multiplyAccumulates: 3_000_000_000 },
      vghif: { parameters: 2_500_000, multiplyAccumulates: macs },
    },
    measured: spec.timing && {
      backend: "onnx",
      device: "test",
      threads: 2,
      milliseconds: { baseline: flat(20), vghif: flat(22) },
      slowdown: { n: 9, median, interval: [low, high] },
      peakRssMb: { baseline: flat(200), vghif: flat(203) },
    },
    package: "vghif 0.0.0",
    node: "v20.0.0",
    finished: "2026-01-01T00:00:00.000Z",
  };
}

test("the table from records alone: numbers, verdict, what is not run", async (t) => {
  const store = openStore(path.join(temporaryFolder(t), "records"));
  const specs = [MEASURED, COUNTED];
  assert.match(readCost(store, specs).verdict.line, /not run\.$/);
  assert.match(await renderCost(readCost(store, specs), "text"), /^CLIP ViT-B\/32 +— /m);
  writeSide(store, COST, example(MEASURED, [8, 10, 12], 3_300_000_000));
  writeSide(store, COST, example(COUNTED, [0, 0, 0], 3_090_000_000));
  const result = readCost(store, specs);
  assert.deepEqual(
    [result.verdict.finding, result.verdict.time, result.verdict.operations],
    ["undecided", ["beyond"], ["within"]],
  );
  assert.equal(
    result.verdict.line,
    'VERDICT: "VgHIF has a tiny computational cost" (our limit: 5 %): these numbers support it in part (1 of 2 within it, 1 beyond, 0 undecided): time a video, measured on smoke-clip: X-CLIP +10.0 % (95 % interval +8.0 to +12.0, 9 pairs); operations, counted at official sizes (3 frames, 5 classes): +3.0 to +3.0 %, 1 of 1 within 5 %.',
  );
  const text = await renderCost(result, "text");
  assert.match(text, /^X-CLIP \+ VgHIF +2\.50 +3\.30 +22\.0 \(21\.0 to 23\.0\) +203$/m);
  assert.match(text, /^cost on X-CLIP +\+25\.0 % +\+10\.0 % +\+10\.0 % \(\+8\.0 to \+12\.0\) +\+1\.5 %$/m);
  assert.doesNotMatch(text, /MBGF/);
  const markdown = await renderCost(result, "markdown");
  assert.match(markdown, /^\| CLIP ViT-B\/32 \| 2\.00 \| 2\.50 \| \+25\.0 % \| 3\.00 \| 3\.09 \| \+3\.0 % \|$/m);
  assert.match(markdown, /neither ours nor VgHIF's/);
  assert.match(await renderCost(result, "html"), /<details><summary>Numbers published by others/);
  const { data } = Papa.parse<Record<string, string>>(await renderCost(result, "csv"), {
    header: true,
    skipEmptyLines: true,
  });
  assert.deepEqual([data[0]!.macsVghif, data[0]!.slowdownHigh, data[1]!.ms], ["3300000000", "12", ""]);
});

test("verdicts: all within, all beyond, an interval over the limit", (t) => {
  const found = (slowdown: [number, number, number]) => {
    const store = openStore(path.join(temporaryFolder(t), "records"));
    writeSide(store, COST, example(MEASURED, slowdown, 3_300_000_000));
    return readCost(store, [MEASURED]).verdict;
  };
  assert.equal(found([1, 2, 4.9]).finding, "supported");
  assert.equal(found([5.1, 6, 7]).finding, "contradicted");
  assert.deepEqual(found([4, 5, 6]).time, ["undecided"]);
});

test("a record of another spec, or a damaged one, is refused by name", (t) => {
  const store = openStore(path.join(temporaryFolder(t), "records"));
  const file = sideFile(store, COST, costId(COUNTED));
  writeSide(store, COST, example(COUNTED, [0, 0, 0], 1));
  writeFileSync(file, readFileSync(file, "utf8").replace('"frames":3', '"frames":4'));
  assert.throws(() => readCost(store, [COUNTED]), /is damaged .*what it is about has the id/);
  writeFileSync(file, "{");
  assert.throws(() => readCost(store, [COUNTED]), /cost-[0-9a-f]{64}\.json is damaged/);
});

test("measured here: both sides' times and memory, once", async (t) => {
  await startEngine("onnx");
  const store = openStore(path.join(temporaryFolder(t), "records"));
  const { measured } = await runCost(store, { specs: [MEASURED] });
  const record = measured[0]!.record!;
  const found = record.measured!;
  assert.equal(found.milliseconds.vghif.n, 7);
  assert.ok(found.milliseconds.baseline.median > 0.1 && found.milliseconds.baseline.median < 2000);
  assert.ok(found.peakRssMb.baseline.median > 50, `${found.peakRssMb.baseline.median} MiB`);
  assert.ok(
    found.slowdown.interval![0] <= found.slowdown.median && found.slowdown.median <= found.slowdown.interval![1],
  );
  assert.ok(record.counts.vghif.multiplyAccumulates > record.counts.baseline.multiplyAccumulates);
  const steps: string[] = [];
  const again = await runCost(store, {
    specs: [MEASURED],
    onProgress: (done, total, label) => steps.push(`${done}/${total}${label}`),
  });
  assert.equal(again.measured[0]!.record!.finished, record.finished);
  assert.deepEqual(steps, ["1/1"]);
});

test("declared: three backbones measured, three official sizes each counted; published rows have a source", () => {
  assert.deepEqual(
    ablationCost.specs.filter(({ timing }) => timing).map(({ model }) => model),
    ["clip", "xclip", "vificlip"],
  );
  assert.equal(ablationCost.specs.filter(({ timing }) => !timing).length, 9);
  const rows = publishedCosts();
  assert.ok(rows.length > 50 && rows.every(({ source, where }) => source !== "" && where !== ""));
  assert.equal(
    rows.find(({ method, backbone, frames }) => method === "X-CLIP" && backbone === "ViT-B/16" && frames === "8")!
      .gflops,
    "145",
  );
});
