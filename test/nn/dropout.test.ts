import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { compile } from "vghif/dist/engine/compile/compile.js";
import { startEngine } from "vghif/dist/engine/index.js";
import { type Tensor, tf } from "vghif/dist/nn/array.js";
import { dropout, foldIn, keepMask } from "vghif/dist/nn/dropout.js";
import { numbers, randomTensor } from "../tensors.js";

const KEYS = [0, 1, 2, 4095, 4096, 777_777, 2 ** 24 - 1];
const RATES = [0.1, 0.5, 0.9];

/** The generator again, in integers: halves of 12 bits, six rounds. */
function naiveUniform(key: number, counter: number): number {
  const constants = [2531, 967, 2861, 1813, 3403, 1327, 3637, 2217, 1747, 2757];
  const round = ([left, right]: [number, number], k: number): [number, number] => [
    right,
    (left + Math.floor(right ** 2 / 64) + k) % 4096,
  ];
  let state: [number, number] = [Math.floor(key / 4096), key % 4096];
  const keys: number[] = [];
  for (const [at, constant] of constants.entries()) {
    state = round(state, constant);
    if (at >= 4) keys.push(state[1]);
  }
  const [left, right] = keys.reduce(round, [Math.floor(counter / 4096), counter % 4096]);
  return (right * 4096 + left) / 2 ** 24;
}

const maskOf = (shape: number[], rate: number, key: number): number[] =>
  tf.tidy(() => numbers(keepMask(shape, rate, tf.scalar(key, "int32"))));

/** Pearson's correlation of two lists of 0 and 1. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  const covariance = mean(a.map((value, i) => (value - ma) * (b[i]! - mb)));
  return covariance / Math.sqrt(ma * (1 - ma) * mb * (1 - mb));
}

describe("masks by key", () => {
  before(() => startEngine("cpu"));

  it("are those of the integer network, across its rows", () => {
    for (const key of KEYS) {
      const mask = maskOf([3, 4099], 0.3, key);
      const naive = mask.map((_, i) => Number(naiveUniform(key, i) >= Math.fround(0.3)));
      assert.deepEqual(mask, naive, `key ${key}`);
    }
  });

  it("keep as many values as a binomial draw", () => {
    const size = 61 * 1021;
    for (const key of KEYS) {
      for (const rate of RATES) {
        const kept = maskOf([61, 1021], rate, key).reduce((sum, value) => sum + value, 0);
        const deviation = (kept - size * (1 - rate)) / Math.sqrt(size * rate * (1 - rate));
        assert.ok(Math.abs(deviation) < 4, `key ${key}, rate ${rate}: ${deviation} standard deviations off`);
      }
    }
  });

  it("spread the kept values evenly over rows and columns", () => {
    const [rows, columns] = [251, 257];
    for (const key of KEYS) {
      const mask = maskOf([rows, columns], 0.5, key);
      for (const [count, length, at] of [
        [rows, columns, (row: number, i: number) => row * columns + i],
        [columns, rows, (column: number, i: number) => i * columns + column],
      ] as const) {
        let squares = 0;
        for (let line = 0; line < count; line++) {
          let kept = 0;
          for (let i = 0; i < length; i++) kept += mask[at(line, i)]!;
          squares += (kept - length / 2) ** 2 / (length / 4);
        }
        // Chi-square with `count` degrees of freedom.
        const deviation = (squares - count) / Math.sqrt(2 * count);
        assert.ok(Math.abs(deviation) < 4.5, `key ${key}: ${deviation}`);
      }
    }
  });

  it("do not go with their neighbours, nor with the next key's mask", () => {
    const size = 60_013;
    const bound = 4.5 / Math.sqrt(size);
    for (const key of KEYS.slice(0, -1)) {
      const mask = maskOf([size], 0.5, key);
      for (const lag of [1, 2, 3, 64, 768, 4096, 4097]) {
        const shifted = correlation(mask.slice(0, -lag), mask.slice(lag));
        assert.ok(Math.abs(shifted) < bound, `key ${key}, ${lag} places on: ${shifted}`);
      }
      const next = correlation(mask, maskOf([size], 0.5, key + 1));
      assert.ok(Math.abs(next) < bound, `keys ${key} and ${key + 1}: ${next}`);
    }
  });

  it("are the same for the same key, whatever type and shape, and others for another", () => {
    const mask = maskOf([7, 11, 13], 0.4, 5);
    assert.deepEqual(maskOf([1001], 0.4, 5), mask);
    assert.deepEqual(numbers(keepMask([1001], 0.4, tf.scalar(5))), mask);
    assert.notDeepEqual(maskOf([1001], 0.4, 6), mask);
  });

  it("come from keys that are folded from keys: distinct, and like fresh ones", () => {
    const keys = Array.from({ length: 500 }, (_, n) => numbers(foldIn(tf.scalar(3), n))[0]!);
    assert.equal(new Set(keys).size, 500);
    for (const key of keys) assert.ok(Number.isInteger(key) && key >= 0 && key < 2 ** 24, String(key));
    const [a, b] = [maskOf([60_013], 0.5, keys[0]!), maskOf([60_013], 0.5, keys[1]!)];
    assert.ok(Math.abs(correlation(a, b)) < 0.02);
  });

  it("leave no tensors behind", () => {
    const key = tf.scalar(1);
    const before = tf.memory().numTensors;
    tf.dispose([keepMask([5], 0.5, key), foldIn(key, 7)]);
    assert.equal(tf.memory().numTensors, before);
  });
});

describe("dropout", () => {
  before(() => startEngine("cpu"));

  it("keeps values times 1 / (1 - rate), and passes gradients the same way", () => {
    const x = randomTensor("x", [37, 41]);
    const key = tf.scalar(9, "int32");
    const mask = maskOf([37, 41], 0.25, 9);
    const scale = Math.fround(1 / 0.75);
    const weights = randomTensor("weights", [37, 41]);
    assert.deepEqual(
      numbers(dropout(x, 0.25, key)).map((value) => value + 0), // -0 is 0
      numbers(x).map((value, i) => mask[i]! * Math.fround(value * scale) + 0),
    );
    const grad = tf.grad((values: Tensor) => tf.sum(tf.mul(dropout(values, 0.25, key), weights)))(x);
    numbers(grad).forEach((value, i) => {
      assert.ok(Math.abs(value - mask[i]! * scale * numbers(weights)[i]!) < 1e-6, `gradient ${i}`);
    });
  });

  it("is nothing at rate 0, and refuses what is no rate, no key, or too large", () => {
    const x = randomTensor("x", [3]);
    assert.equal(dropout(x, 0, tf.scalar(1)), x);
    assert.throws(() => dropout(x, 1, tf.scalar(1)), /rate 1 is not from 0 to below 1/);
    assert.throws(() => dropout(x, Number.NaN, tf.scalar(1)), /rate NaN/);
    assert.throws(() => dropout(x, 0.5, tf.tensor1d([1, 2])), /key has shape \[2\], expected a scalar/);
    assert.throws(() => keepMask([4097, 4096], 0.5, tf.scalar(1)), /more than 2\^24/);
  });
});

describe("dropout on every engine", () => {
  const program = ({ x, key }: { x: Tensor; key: Tensor }) => {
    const { value, grad } = tf.valueAndGrad((values: Tensor) => tf.sum(tf.square(dropout(values, 0.3, key))))(x);
    return { y: dropout(x, 0.3, key), mask: keepMask([2, 4099], 0.7, foldIn(key, 3)), value, grad };
  };

  it("draws the same masks bit for bit, by cpu, wasm and compiled, from one program for all keys", async () => {
    await startEngine("cpu");
    const x = randomTensor("x", [23, 1031]);
    let recordings = 0;
    const counted = (inputs: { x: Tensor; key: Tensor }) => {
      recordings++;
      return program(inputs);
    };
    const compiled = await compile(counted, { x, key: tf.scalar(0, "int32") });
    for (const key of KEYS) {
      const bits: Record<string, Record<string, number[]>> = {};
      for (const backend of ["cpu", "wasm"]) {
        await startEngine(backend);
        const out = tf.tidy(() => program({ x: tf.clone(x), key: tf.scalar(key, "int32") }));
        bits[backend] = { y: numbers(out.y), mask: numbers(out.mask), grad: numbers(out.grad) };
        tf.dispose(out);
      }
      await startEngine("cpu");
      const out = await compiled.run({ x, key: tf.scalar(key, "int32") });
      const values = [out.y, out.mask, out.grad].map(({ data }) => Array.from(data));
      bits.compiled = { y: values[0]!, mask: values[1]!, grad: values[2]! };
      assert.deepEqual(bits.wasm, bits.cpu, `wasm, key ${key}`);
      assert.deepEqual(bits.compiled, bits.cpu, `compiled, key ${key}`);
    }
    assert.equal(recordings, 1);
    await compiled.release();
  });
});
