/** Random programs: how they are drawn, and what each computes. */
import fc from "fast-check";
import { type Tensor, tf } from "vghif/dist/nn/array.js";
import { uniform } from "../op-case.js";
import type { Operand } from "./random-op.js";
import { OPS } from "./random-ops.js";

/** An op by name, its operands among the values made so far, and a number that the op interprets. */
export interface Instruction {
  readonly op: string;
  readonly from: readonly [number, number, number];
  readonly parameter: number;
}

export interface RandomProgram {
  readonly shapes: readonly (readonly number[])[];
  readonly seed: number;
  readonly instructions: readonly Instruction[];
}

const LARGEST = 600;
const HIGHEST_RANK = 4;

const place = fc.nat(99);
/** Ops of integers and bools, which are drawn more often since fewer values fit them. */
const RARE = Object.keys(OPS).filter((name) => OPS[name]!.operands.some((kind) => kind === "int" || kind === "bool"));
const instruction: fc.Arbitrary<Instruction> = fc.record({
  op: fc.constantFrom(...Object.keys(OPS), ...RARE),
  from: fc.tuple(place, place, place),
  parameter: fc.nat(99),
});
const shape = fc.array(fc.constantFrom(1, 2, 3, 5), { maxLength: HIGHEST_RANK });

export const randomProgram: fc.Arbitrary<RandomProgram> = fc.record({
  shapes: fc.array(shape, { minLength: 1, maxLength: 3 }),
  seed: fc.nat(9999),
  instructions: fc.array(instruction, { minLength: 1, maxLength: 14, size: "max" }),
});

/** Multiples of 1/8 from -2 to 2. */
export function inputsOf({ shapes, seed }: RandomProgram): Tensor[] {
  const draw = uniform(seed);
  return shapes.map((dims) => {
    const size = dims.reduce((product, n) => product * n, 1);
    return tf.tensor(
      Float32Array.from({ length: size }, () => Math.floor(33 * draw()) / 8 - 2),
      [...dims],
      "float32",
    );
  });
}

interface Held {
  readonly kind: "float" | "int" | "bool";
  readonly tensor: Tensor;
  /** Of an exact float: the same value, which no gradient follows. */
  readonly twin?: Tensor;
  used: boolean;
}

/** The values that no instruction uses. */
function leavesOf({ instructions }: RandomProgram, followed: readonly Tensor[], twins: readonly Tensor[]): Held[] {
  const values: Held[] = followed.map((tensor, i) => ({ kind: "float", tensor, twin: twins[i]!, used: false }));
  values.push({ kind: "int", tensor: tf.cast(tf.mul(twins[0]!, 3), "int32"), used: true });
  values.push({ kind: "bool", tensor: tf.greater(twins.at(-1)!, 0.1), used: true });
  const pick = (kind: Operand, at: number): Held | undefined => {
    const fitting = values.filter((value) => (kind === "exact" ? value.twin !== undefined : value.kind === kind));
    return fitting.length === 0 ? undefined : fitting.at(-1 - (at % fitting.length));
  };
  for (const { op, from, parameter } of instructions) {
    const { operands, result, make } = OPS[op]!;
    const held = operands.map((kind, i) => pick(kind, from[i]!));
    if (!held.every((value) => value !== undefined)) continue;
    const exact = held.map(({ tensor, twin }) => twin ?? tensor);
    const isFloat = result === "float" || result === "exact";
    const tensor = make(isFloat ? held.map((value) => value.tensor) : exact, parameter);
    if (!tensor || tensor.size > LARGEST || tensor.size === 0 || tensor.rank > HIGHEST_RANK) continue;
    for (const value of held) value.used = true;
    const keepsExact = result === "exact" && held.every(({ kind, twin }) => kind !== "float" || twin);
    const kind = isFloat ? "float" : result;
    values.push({ kind, tensor, used: false, ...(keepsExact ? { twin: make(exact, parameter)! } : {}) });
  }
  return values.filter(({ used }) => !used);
}

/** A different weight for each value, so that no gradient vanishes by symmetry. */
function weighed(x: Tensor): Tensor {
  const weights = Float32Array.from({ length: x.size }, (_, i) => Math.sin(1 + 1.7 * i));
  return tf.sum(tf.mul(x, tf.tensor(weights, x.shape)));
}

/** The unused values, a loss of all of them, and its gradient by every input. */
export function execute(program: RandomProgram, inputs: readonly Tensor[]): Tensor[] {
  const loss = (...followed: Tensor[]): Tensor => {
    const floats = leavesOf(program, followed, inputs).filter(({ kind }) => kind === "float");
    // The last term lets every input have a gradient.
    return [...floats.map(({ tensor }) => weighed(tensor)), ...followed.map((x) => tf.sum(tf.square(x)))].reduce(
      tf.add,
    );
  };
  const leaves = leavesOf(program, inputs, inputs).map(({ tensor }) => tf.clone(tensor));
  const { value, grads } = tf.valueAndGrads(loss)(inputs.map((x) => tf.clone(x)));
  return [...leaves, value, ...grads];
}
