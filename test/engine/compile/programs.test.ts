/** Random programs: whatever is composed of the smooth ops has compiled the value and gradients that it has eagerly. */
import { before, test } from "node:test";
import * as tf from "@tensorflow/tfjs-core";
import fc from "fast-check";
import { compile } from "vghif/dist/engine/compile/compile.js";
import { startEngine } from "vghif/dist/engine/index.js";
import { assertClose } from "../close.js";
import { uniform } from "../op-cases.js";

const PROGRAMS = 100;

/** One instruction: an op, its operands among the values made so far, and a number that the op interprets. */
type Instruction = readonly [op: number, a: number, b: number, parameter: number];

/** Ops that keep values within a few units, so that long programs stay comparable in float32. */
const UNARY: readonly ((x: tf.Tensor, parameter: number) => tf.Tensor)[] = [
  tf.sigmoid,
  tf.tanh,
  tf.neg,
  (x) => tf.exp(tf.tanh(x)),
  (x) => tf.tanh(tf.square(x)),
  (x) => tf.rsqrt(tf.add(tf.square(x), 1)),
  (x) => tf.log(tf.add(tf.square(x), 0.5)),
  (x, p) => tf.mul(x, (p % 7) / 3 - 1),
  (x, p) => tf.add(x, p % 3),
  (x, p) => tf.mean(x, p % x.rank, p % 2 === 0),
  (x, p) => tf.tanh(tf.sum(x, p % x.rank, p % 2 === 0)),
  (x) => tf.softmax(x),
  (x) => tf.logSoftmax(x),
  (x, p) => tf.transpose(x, permutation(x.rank, p)),
  (x, p) => tf.reshape(x, p % 2 === 0 ? [-1] : [x.shape[0]!, -1]),
  (x, p) => tf.reshape(x, [...x.shape.slice(0, p % (x.rank + 1)), 1, ...x.shape.slice(p % (x.rank + 1))]),
  (x, p) => tf.slice(x, [p % x.shape[0]!], [1]),
  (x, p) => (x.shape[0] === 1 ? x : tf.concat(tf.split(x, x.shape[0]!, 0).reverse(), p % x.rank)),
  (x, p) =>
    tf.tile(
      x,
      x.shape.map((_, axis) => (axis === p % x.rank ? 2 : 1)),
    ),
  (x, p) =>
    tf.pad(
      x,
      x.shape.map((_, axis): [number, number] => (axis === p % x.rank ? [1, 0] : [0, 1])),
      0.5,
    ),
  (x, p) => tf.gather(x, tf.tensor1d([p % x.shape[0]!, 0, p % x.shape[0]!], "int32")),
  (x, p) => tf.where(tf.greater(tf.ones(x.shape), p % 2), x, tf.mul(x, 2)),
];

const BINARY: readonly ((a: tf.Tensor, b: tf.Tensor, parameter: number) => tf.Tensor)[] = [
  tf.add,
  tf.sub,
  (a, b) => tf.tanh(tf.mul(a, b)),
  (a, b) => tf.tanh(tf.div(a, tf.add(tf.square(b), 1))),
];

function permutation(rank: number, seed: number): number[] {
  const left = Array.from({ length: rank }, (_, axis) => axis);
  return Array.from({ length: rank }, (_, i) => left.splice((seed + i) % left.length, 1)[0]!);
}

function broadcasts(a: readonly number[], b: readonly number[]): boolean {
  for (let i = 1; i <= Math.min(a.length, b.length); i++) {
    const [x, y] = [a.at(-i)!, b.at(-i)!];
    if (x !== y && x !== 1 && y !== 1) return false;
  }
  return true;
}

/** a times b or a's own transpose, with transposes as the parameter says. */
function product(a: tf.Tensor, b: tf.Tensor, parameter: number): tf.Tensor {
  const fits = a.rank === b.rank && a.shape.slice(0, -2).join() === b.shape.slice(0, -2).join();
  for (const [transposeA, transposeB] of [
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ] as const) {
    if (fits && a.shape.at(transposeA ? -2 : -1) === b.shape.at(transposeB ? -1 : -2)) {
      return tf.matMul(a, b, transposeA, transposeB);
    }
  }
  return tf.matMul(a, a, parameter % 2 === 0, parameter % 2 === 1);
}

function execute(program: readonly Instruction[], inputs: readonly tf.Tensor[]): tf.Tensor {
  const values = [...inputs];
  for (const [op, i, j, parameter] of program) {
    const a = values[i % values.length]!;
    const b = values[j % values.length]!;
    const choice = op % (UNARY.length + BINARY.length + 4);
    let made: tf.Tensor;
    if (choice < UNARY.length) made = a.rank === 0 ? tf.tanh(a) : UNARY[choice]!(a, parameter);
    else if (choice < UNARY.length + BINARY.length) {
      made = broadcasts(a.shape, b.shape) ? BINARY[choice - UNARY.length]!(a, b, parameter) : tf.sigmoid(a);
    } else made = a.rank >= 2 ? tf.tanh(product(a, b, parameter)) : tf.square(tf.sigmoid(a));
    if (made.size <= 4096 && made.rank <= 4) values.push(made);
  }
  return values.slice(inputs.length).reduce<tf.Tensor>((sum, value) => tf.add(sum, tf.mean(value)), tf.scalar(0));
}

const instruction = fc.tuple(fc.nat(1000), fc.nat(1000), fc.nat(1000), fc.nat(1000));
const shape = fc.array(fc.constantFrom<number[]>(1, 2, 3, 5), { minLength: 1, maxLength: 4 });

before(() => startEngine("cpu"));

test(`${PROGRAMS} random programs, forward and gradient`, async () => {
  const shapes = fc.array(shape, { minLength: 1, maxLength: 3 });
  const property = fc.asyncProperty(
    shapes,
    fc.array(instruction, { minLength: 1, maxLength: 12 }),
    fc.nat(99),
    async (shapes, program, seed) => {
      const draw = uniform(seed);
      const inputs = shapes.map((dims) => {
        const size = dims.reduce((all, n) => all * n, 1);
        return tf.tensor<tf.Rank>(
          Float32Array.from({ length: size }, () => 2 * draw() - 1),
          dims,
        );
      });
      const fn = (xs: tf.Tensor[]): tf.Tensor[] => {
        // The last term lets every input have a gradient.
        const loss = (...ys: tf.Tensor[]) =>
          ys.reduce<tf.Tensor>((sum, y) => tf.add(sum, tf.sum(tf.square(y))), execute(program, ys));
        const { value, grads } = tf.valueAndGrads(loss)(xs);
        return [value, ...grads];
      };
      const expected = tf.tidy(() => fn(inputs).map((tensor) => tensor.dataSync()));
      const compiled = await compile(fn, inputs);
      const actual = await compiled.run(inputs);
      expected.forEach((values, part) => {
        assertClose(actual[part]!.data, values, 1e-4, part === 0 ? "value" : `gradient ${part - 1}`);
      });
      await compiled.release();
      tf.dispose(inputs);
    },
  );
  await fc.assert(property, { numRuns: Number(process.env.VGHIF_PROGRAMS ?? PROGRAMS) });
});
