/**
 * What mixed precision costs in accuracy: zero-shot and few-shot top-1 of smoke-clip on generated videos, float32 against
 * float16 and bfloat16. Prints the tables of docs/mixed-precision.md. On a CPU products are computed in float32 from operands
 * rounded to 16 bits; with VGHIF_BACKEND=onnx-webgpu or onnx-cuda on the GPU's own.
 *   node scripts/measure-precision.mjs [SHOTS] [SEEDS]
 */
import path from "node:path";
import { loadClip } from "vghif/dist/data/frames/load.js";
import { videoTransform } from "vghif/dist/data/frames/transforms.js";
import { datasetRoot, findDataset } from "vghif/dist/data/manifest-find.js";
import { compile } from "vghif/dist/engine/compile/compile.js";
import { startEngine } from "vghif/dist/engine/index.js";
import { backbonePrompts } from "vghif/dist/evaluate/prompts.js";
import { loadRecognizer } from "vghif/dist/evaluate/recognizer.js";
import { table4 } from "vghif/dist/experiments/declared/table-4.js";
import { prepare } from "vghif/dist/experiments/prepare.js";
import { runExperiment } from "vghif/dist/experiments/run-experiment.js";
import { tableSpecs } from "vghif/dist/experiments/table.js";
import { recognize, textTokens, videoTokens } from "vghif/dist/models/recognizer.js";

const PRECISIONS = ["float32", "float16", "bfloat16"];
const DATASETS = ["hmdb-like", "ucf-like"];
const [shots = 16, seeds = 3] = process.argv.slice(2).map(Number);

const { backend, device, threads } = await startEngine();
const specs = tableSpecs(table4, "smoke").filter((spec) => spec.shots === shots && spec.seed < seeds);
await prepare(specs, {});
console.log(`backend ${backend}, ${device}, ${threads} threads, Node ${process.version}\n`);

const percent = (right, of) => ((100 * right) / of).toFixed(1);
const row = (cells) => console.log(`| ${cells.join(" | ")} |`);
const head = (cells) => [row(cells), row(cells.map(() => "---"))];

async function zeroShot(name) {
  const dataset = findDataset(name);
  const { config, params } = await loadRecognizer("smoke-clip");
  const text = await backbonePrompts(config.backbone, dataset.classes, "{}");
  const fn = ({ pixels }) => ({
    logits: recognize(params, config, videoTokens(params, config, pixels), textTokens(params, config, text)).logits,
  });
  const size = config.backbone.config.imageResolution;
  const input = (data) => ({ pixels: { data, shape: [1, 8, 3, size, size] } });
  const empty = input(new Float32Array(8 * 3 * size * size));
  const programs = [];
  for (const precision of PRECISIONS) programs.push(await compile(fn, empty, { precision }));
  const sums = PRECISIONS.map(() => ({ right: 0, same: 0, apart: 0 }));
  const samples = dataset.splits.test;
  for (const { path: file, label } of samples) {
    const clip = await loadClip(path.join(datasetRoot(dataset), file), { frames: 8, transform: videoTransform(size) });
    const all = [];
    for (const program of programs) all.push((await program.run(input(clip.pixels))).logits.data);
    const best = all.map((logits) => logits.indexOf(Math.max(...logits)));
    for (const [at, sum] of sums.entries()) {
      if (best[at] === label) sum.right++;
      if (best[at] === best[0]) sum.same++;
      sum.apart = Math.max(sum.apart, ...all[at].map((value, i) => Math.abs(value - all[0][i])));
    }
  }
  for (const [at, { right, same, apart }] of sums.entries()) {
    const n = samples.length;
    row([name, n, PRECISIONS[at], percent(right, n), percent(same, n), apart.toPrecision(2)]);
  }
  for (const program of programs) await program.release();
}

console.log("Zero-shot, every product of both towers in 16 bits:\n");
head(["dataset", "videos", "products", "top-1 %", "same answer as float32 %", "logits apart at most"]);
for (const name of DATASETS) await zeroShot(name);

console.log(`\nFew-shot, K = ${shots}, ${seeds} seeds, training steps in 16 bits:\n`);
head(["dataset", "model", "products", "top-1 %, by seed", "same answer as float32 %", "last epoch's loss, by seed"]);
for (const dataset of DATASETS) {
  for (const fused of [false, true]) {
    const cell = specs.filter((spec) => spec.dataset === dataset && (spec.vghif !== null) === fused);
    const exact = [];
    for (const precision of PRECISIONS) {
      const results = [];
      for (const spec of cell) {
        const train = precision === "float32" ? spec.train : { ...spec.train, precision };
        results.push(await runExperiment({ ...spec, train }));
      }
      if (precision === "float32") exact.push(...results);
      const answers = results.flatMap(({ predictions }, at) =>
        predictions.map(([, , best], video) => best[0] === exact[at].predictions[video][2][0]),
      );
      row([
        dataset,
        fused ? "CLIP + VgHIF" : "CLIP",
        precision,
        results.map(({ final }) => final.top1.toFixed(1)).join(", "),
        percent(answers.filter(Boolean).length, answers.length),
        results.map(({ epochs }) => epochs.at(-1).loss.toFixed(4)).join(", "),
      ]);
    }
  }
}
