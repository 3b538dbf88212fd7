/** Records a function, with some of the optimiser's passes, and runs it with and without them. */
import assert from "node:assert/strict";
import { compile } from "vghif/dist/engine/compile/compile.js";
import { inOrder, type Node } from "vghif/dist/engine/compile/graph.js";
import { optimize, type PassName } from "vghif/dist/engine/compile/optimize.js";
import { type InputSpec, trace } from "vghif/dist/engine/compile/trace.js";
import { leavesOf, type Value } from "vghif/dist/engine/compile/tree.js";
import { type Tensor, tf } from "vghif/dist/nn/array.js";

type Inputs = Readonly<Record<string, Tensor>>;
type Outputs = Record<string, Tensor>;
export type Fn = (inputs: Inputs) => Outputs;

type Options = Parameters<typeof optimize>[1];

/** The recorded program's nodes after these passes, or with these options. */
export function nodesAfter(fn: Fn, inputs: Inputs, chosen: readonly PassName[] | Options): Node[] {
  const specs = [...leavesOf(inputs, "input")].map(([path, leaf]): [string, InputSpec] => {
    const { shape, dtype } = leaf as Tensor;
    return [path, { shape, dtype: dtype as InputSpec["dtype"] }];
  });
  const options = Array.isArray(chosen) ? { passes: chosen } : (chosen as Options);
  const { outputs } = optimize(trace(fn as never, inputs, new Map(specs)), options);
  return inOrder([...outputs.values()]);
}

/** How often each of these operators then stands in the program. */
export function counts(
  fn: Fn,
  inputs: Inputs,
  chosen: readonly PassName[] | Options,
  ...operators: string[]
): number[] {
  const nodes = nodesAfter(fn, inputs, chosen);
  return operators.map((operator) => nodes.filter(({ op }) => op === operator).length);
}

/** Every output within `tolerance` of the program without passes, relative to the output's largest value. */
export async function assertSameValues(
  fn: Fn,
  inputs: Inputs,
  passes: readonly PassName[],
  tolerance = 1e-5,
): Promise<void> {
  const run = async (chosen: readonly PassName[]): Promise<Record<string, Value>> => {
    const program = await compile(fn, inputs, { passes: chosen });
    const values = (await program.run(inputs)) as Record<string, Value>;
    await program.release();
    return values;
  };
  const [plain, passed] = [await run([]), await run(passes)];
  assert.deepEqual(Object.keys(passed), Object.keys(plain));
  for (const [name, value] of Object.entries(plain)) {
    const [data, shape] = [Array.from(value.data), value.shape];
    assert.deepEqual(passed[name]!.shape, shape, name);
    const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const worst = data.reduce((most, value, i) => Math.max(most, Math.abs(value - passed[name]!.data[i]!)), 0);
    assert.ok(worst <= tolerance * largest, `${name}: differs by ${worst} where values reach ${largest}`);
  }
}

/** The function's outputs and the gradients of the sum of their squares with regard to every input. */
export function withGradients(fn: Fn): Fn {
  return (inputs) => {
    const names = Object.keys(inputs);
    const loss = (...values: Tensor[]): tf.Scalar => {
      const outputs = fn(Object.fromEntries(names.map((name, i) => [name, values[i]!])));
      return tf.addN(Object.values(outputs).map((value) => tf.sum(tf.square(value)))) as tf.Scalar;
    };
    const { grads } = tf.valueAndGrads(loss)(names.map((name) => inputs[name]!));
    return { ...fn(inputs), ...Object.fromEntries(names.map((name, i) => [`d ${name}`, grads[i]!])) };
  };
}
