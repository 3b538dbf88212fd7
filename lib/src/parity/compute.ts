/** How a case's tensors are computed: op by op on the running backend, or compiled into one program. */
import { type Compiled, compile } from "../engine/compile/compile.js";
import { type Feeds, leavesOf, mapTree, type Value, type Values } from "../engine/compile/tree.js";
import { type Tensor, tf, tidy } from "../nn/array.js";
import type { HostTensor } from "../weights/safetensors.js";

export type Mode = "eager" | "compiled";

/** A function of tensors that can be run several times; inputs are tensors or values, results are values. */
export interface Computation<I, O> {
  run(inputs: Feeds<I>): Promise<Values<O>>;
  release(): Promise<void>;
}

export function computation<I extends object, O extends object>(fn: (inputs: I) => O, mode: Mode): Computation<I, O> {
  return mode === "eager" ? eager(fn) : compiled(fn);
}

/** Runs a function once. */
export async function computed<I extends object, O extends object>(
  fn: (inputs: I) => O,
  inputs: Feeds<I>,
  mode: Mode,
): Promise<Values<O>> {
  const once = computation(fn, mode);
  try {
    return await once.run(inputs);
  } finally {
    await once.release();
  }
}

function compiled<I extends object, O extends object>(fn: (inputs: I) => O): Computation<I, O> {
  let program: Compiled<I, O> | undefined;
  return {
    async run(inputs) {
      program ??= await compile(fn, inputs);
      return program.run(inputs);
    },
    release: async () => program?.release(),
  };
}

function eager<I extends object, O extends object>(fn: (inputs: I) => O): Computation<I, O> {
  return {
    async run(inputs) {
      const outputs = tidy(() => fn(mapTree(inputs, (_, leaf) => tensorOf(leaf)) as I));
      const leaves = leavesOf(outputs, "output") as Map<string, Tensor>;
      const values = new Map<string, Value>();
      for (const [path, tensor] of leaves) {
        values.set(path, { data: (await tensor.data()) as Value["data"], shape: tensor.shape });
      }
      const tree = mapTree(outputs, (path) => values.get(path)) as Values<O>;
      tf.dispose([...leaves.values()]);
      return tree;
    },
    release: async () => undefined,
  };
}

/** A tensor as it is (a copy where it is an output as well, so that it outlives the run); a value as a new tensor. */
function tensorOf(leaf: unknown): Tensor {
  if (leaf instanceof tf.Tensor) return tf.clone(leaf);
  const { data, shape } = leaf as Value;
  return tf.tensor(data, [...shape], data instanceof Float32Array ? "float32" : "int32");
}

/** Values as the tensors of a reference file. */
export function hostsOf(values: Readonly<Record<string, Value>>): Map<string, HostTensor> {
  const host = ({ data, shape }: Value): HostTensor => {
    if (data instanceof Uint8Array) return { dtype: "U8", shape, data };
    return data instanceof Float32Array ? { dtype: "F32", shape, data } : { dtype: "I32", shape, data };
  };
  return new Map(Object.entries(values).map(([name, value]) => [name, host(value)]));
}
