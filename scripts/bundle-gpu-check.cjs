/**
 * `vghif check` in the bundle: CLIP's visual tower (smoke-clip) on the same frames, op by op on wasm and compiled on every
 * backend of ONNX Runtime that is here. Prints the largest difference and the median time; exit code 1 where one differs.
 */
const { startEngine } = require("vghif/dist/engine/index.js");
const { loadRecognizer } = require("vghif/dist/evaluate/recognizer.js");
const { encodeClip } = require("vghif/dist/features/encode.js");

const FRAMES = 8;
const RUNS = 5;
/** Float32 sums in another order, on values of about 1. */
const TOLERANCE = 1e-3;

async function features(backend, pixels) {
  const { device } = await startEngine(backend);
  const tower = await loadRecognizer("smoke-clip");
  const size = tower.backbone.config.imageResolution;
  const clip = pixels(FRAMES * 3 * size * size);
  const seconds = [];
  let feature;
  for (let run = 0; run <= RUNS; run++) {
    const start = performance.now();
    feature = await encodeClip(tower, clip, FRAMES, "cls+patch");
    if (run > 0) seconds.push((performance.now() - start) / 1e3);
  }
  seconds.sort((a, b) => a - b);
  return { device, feature, seconds: seconds[RUNS >> 1] };
}

/** The largest difference over all values; Infinity where one is not a number. */
function difference(actual, expected) {
  let largest = 0;
  for (const [name, { data }] of expected) {
    data.forEach((value, i) => {
      const here = Math.abs(actual.get(name).data[i] - value);
      largest = Number.isNaN(here) ? Number.POSITIVE_INFINITY : Math.max(largest, here);
    });
  }
  return largest;
}

async function main() {
  const pixels = (length) => Float32Array.from({ length }, (_, i) => Math.sin(0.37 * i) + Math.cos(0.0113 * i));
  const expected = await features("wasm", pixels);
  console.log(`wasm: ${expected.seconds.toFixed(3)} s`);
  for (const backend of ["onnx", "onnx-webgpu", "onnx-cuda"]) {
    let result;
    try {
      result = await features(backend, pixels);
    } catch (error) {
      if (error.name !== "UserError") throw error;
      console.log(`${backend}: ${error.message}`);
      continue;
    }
    const most = difference(result.feature, expected.feature);
    const right = most <= TOLERANCE;
    if (!right) process.exitCode = 1;
    console.log(
      `${backend} on ${result.device}: ${result.seconds.toFixed(3)} s, largest difference ${most.toExponential(1)}${right ? "" : " WRONG"}`,
    );
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
