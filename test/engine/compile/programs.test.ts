/**
 * Random programs of the whole op set: eager on tfjs's cpu backend and compiled, forward and gradient.
 * `VGHIF_PROGRAMS` and `VGHIF_PROGRAMS_SEED` draw more of them, or others.
 */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import fc from "fast-check";
import { compile } from "vghif/dist/engine/compile/compile.js";
import { startEngine } from "vghif/dist/engine/index.js";
import { type Tensor, tf } from "vghif/dist/nn/array.js";
import { OPS } from "./random-ops.js";
import { execute, inputsOf, type RandomProgram, randomProgram } from "./random-program.js";

const PROGRAMS = Number(process.env.VGHIF_PROGRAMS ?? 1000);
const SEED = Number(process.env.VGHIF_PROGRAMS_SEED ?? 20_241);
/** Programs compiled into one: loading a program costs more than running a small one. */
const TOGETHER = 25;
/** Relative to the largest value of a tensor where that is above 1: rounding errors of some dozens of operations. */
const TOLERANCE = 1e-5;

/** How far each program's compiled results are from the eager ones, in units of what is allowed. */
async function deviations(programs: readonly RandomProgram[]): Promise<number[]> {
  const inputs = programs.map(inputsOf);
  const fn = (all: Tensor[][]): Tensor[][] => programs.map((program, i) => execute(program, all[i]!));
  const compiled = await compile(fn, inputs);
  const actual = await compiled.run(inputs);
  const eager = programs.map((program, i) =>
    tf.tidy(() => execute(program, inputs[i]!).map((result) => ({ shape: result.shape, data: result.dataSync() }))),
  );
  await compiled.release();
  tf.dispose(inputs);
  return eager.map((results, i) => Math.max(...results.map((result, part) => deviation(actual[i]![part]!, result))));
}

/** Not a number, another shape, or nothing at all. */
const WRONG = Number.POSITIVE_INFINITY;

interface Plain {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
}

function deviation(actual: Plain, expected: Plain): number {
  if (actual.shape.join() !== expected.shape.join()) return WRONG;
  const allowed = TOLERANCE * Math.max(1, ...Array.from(expected.data, Math.abs));
  const differences = Array.from(expected.data, (value, i) =>
    Object.is(value, actual.data[i]) ? 0 : Math.abs(value - actual.data[i]!),
  );
  const largest = Math.max(...differences);
  return Number.isNaN(largest) ? WRONG : largest / allowed;
}

/** Like `deviations`; a program that cannot be compiled at all is found by compiling each alone. */
async function judged(programs: readonly RandomProgram[]): Promise<number[]> {
  try {
    return await deviations(programs);
  } catch (error) {
    if (programs.length === 1) throw error;
    const alone = programs.map(async (program) => (await deviations([program]).catch(() => [WRONG]))[0]!);
    return Promise.all(alone);
  }
}

before(() => startEngine("cpu"));

test(`${PROGRAMS} random programs of ${Object.keys(OPS).length} ops`, async (t) => {
  const programs = fc.sample(randomProgram, { seed: SEED, numRuns: PROGRAMS });
  const used = new Map<string, number>();
  for (const name of programs.flatMap(({ instructions }) => instructions.map(({ op }) => op))) {
    used.set(name, (used.get(name) ?? 0) + 1);
  }
  let worst = 0;
  for (let start = 0; start < programs.length; start += TOGETHER) {
    const found = await judged(programs.slice(start, start + TOGETHER));
    worst = Math.max(worst, ...found.filter((value) => value <= 1));
    const wrong = found.findIndex((value) => !(value <= 1));
    if (wrong >= 0) await shrink(SEED, start + wrong);
  }
  t.diagnostic(`largest deviation: ${(worst * TOLERANCE).toExponential(1)}, allowed ${TOLERANCE}`);
  assert.ok(PROGRAMS < 1000 || used.size === Object.keys(OPS).length, "every op is drawn");
});

/** Draws program `index` of the seed again and fails with the smallest program that still differs. */
async function shrink(seed: number, index: number, judge = judged): Promise<void> {
  const property = fc.asyncProperty(randomProgram, async (program) => {
    const [found] = await judge([program]);
    assert.ok(found! <= 1, `${found} times what is allowed`);
  });
  await fc.assert(property, { seed, path: String(index) });
}

test("a difference is reported with its seed and the smallest program that shows it", async () => {
  const faulty = async (programs: readonly RandomProgram[]): Promise<number[]> =>
    programs.map(({ instructions }) => (instructions.some(({ op }) => op === "softmax") ? 2 : 0));
  const programs = fc.sample(randomProgram, { seed: SEED, numRuns: 200 });
  const index = (await faulty(programs)).indexOf(2);
  assert.ok(index >= 0);
  await assert.rejects(shrink(SEED, index, faulty), ({ message }: Error) => {
    assert.match(message, new RegExp(`seed: ${SEED}, path: "${index}:`));
    assert.match(message, /Shrunk [1-9]\d* time/);
    const [counterexample] = JSON.parse(/Counterexample: (.*)/.exec(message)![1]!) as [RandomProgram];
    assert.deepEqual(counterexample.shapes, [[]]);
    assert.ok(
      counterexample.instructions.length <= 2 && counterexample.instructions.some(({ op }) => op === "softmax"),
    );
    return true;
  });
});
