/**
 * GFLOP/s of the products that models do, on the chosen backend: plain, transposed and batched.
 * Usage: node scripts/bench-matmul.mjs [BACKEND], with VGHIF_THREADS for wasm. Build first.
 */
import { performance } from "node:perf_hooks";
import * as tf from "@tensorflow/tfjs-core";
import { startEngine } from "vghif/dist/engine/index.js";

const info = await startEngine(process.argv[2]);
console.log(`${info.backend}, ${info.threads} threads, ${info.device}`);

/** Median of five runs after one that warms up. */
function measure(label, a, b, transposeA, transposeB) {
  const left = tf.randomNormal(a);
  const right = tf.randomNormal(b);
  const seconds = [];
  for (let run = 0; run < 6; run++) {
    const start = performance.now();
    const out = tf.matMul(left, right, transposeA, transposeB);
    out.dataSync();
    seconds.push((performance.now() - start) / 1e3);
    out.dispose();
  }
  const median = seconds.slice(1).sort((x, y) => x - y)[2];
  const flops = 2 * left.size * right.shape.at(transposeB ? -2 : -1);
  console.log(`${label.padEnd(34)} ${(flops / median / 1e9).toFixed(1).padStart(7)} GFLOP/s`);
  tf.dispose([left, right]);
}

measure("[1576,768] x [768,768]", [1576, 768], [768, 768], false, false);
measure("[1576,768] x [768,768]T", [1576, 768], [768, 768], false, true);
measure("[1576,768]T x [1576,768]", [1576, 768], [1576, 768], true, false);
measure("[96,50,64] x [96,50,64]T", [96, 50, 64], [96, 50, 64], false, true);
measure("[96,50,50] x [96,50,64]", [96, 50, 50], [96, 50, 64], false, false);
measure("[96,50,50]T x [96,50,64]", [96, 50, 50], [96, 50, 64], true, false);
measure("[24,197,64] x [24,197,64]T", [24, 197, 64], [24, 197, 64], false, true);
