/** Forward passes of the product's own models, compiled or op by op, as jobs. */
import { type CompileOptions, compile } from "../engine/compile/compile.js";
import type { Value, Values } from "../engine/compile/tree.js";
import { classTokens, encodeText, textBatch, visualHead, visualTower } from "../models/clip.js";
import { clipBackbone } from "../models/clip-backbone.js";
import { type RecognizerConfig, recognize, videoTokens } from "../models/recognizer.js";
import { type Params, type Tensor, tf, tidy } from "../nn/array.js";
import { toHost, toTensor } from "../weights/load.js";
import { type HostTensor, readSafetensors } from "../weights/safetensors.js";
import type { Job } from "./job.js";
import type { Task, Work } from "./task.js";

export type Tensors = Record<string, Tensor>;

/** How a job's function runs: op by op, or compiled with these options. */
export type Way = "eager" | CompileOptions;

/** The function of named tensors that a kind of work is, with what it is computed on. */
interface Forward {
  readonly fn: (inputs: Tensors) => Tensors;
  readonly inputs: ReadonlyMap<string, HostTensor>;
  /** Without the fusion. */
  readonly baseline?: (inputs: Tensors) => Tensors;
}

export type ForwardWork = Extract<Work, { kind: "matmul" | "tower" | "text" | "cost" }>;

export async function forwardJob(work: ForwardWork, task: Task, way: Way): Promise<Job> {
  const params: Tensors = {};
  for (const [name, host] of await readSafetensors(task.weights)) params[name] = toTensor(host);
  const { fn, inputs, baseline } = forwardOf(work, params, await readSafetensors(task.inputs));
  const run = await runner(fn, inputs, way);
  const plain = baseline ? await runner(baseline, inputs, way) : null;
  return {
    run: async () => void (await run()),
    ...(plain ? { baseline: async () => void (await plain()) } : {}),
    check: async (onRun) => {
      const outputs = await run();
      onRun();
      for (const [name, host] of (await plain?.()) ?? []) outputs.set(`baseline.${name}`, host);
      return outputs;
    },
  };
}

function forwardOf(work: ForwardWork, params: Params, inputs: ReadonlyMap<string, HostTensor>): Forward {
  switch (work.kind) {
    case "matmul":
      return { inputs, fn: ({ a, b }) => ({ product: tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D) }) };
    case "tower": {
      const fn = ({ pixels }: Tensors): Tensors => {
        const tokens = visualTower(params, work.clip, pixels!).at(-1)!;
        return { features: visualHead(params, classTokens(tokens)) };
      };
      return { inputs, fn };
    }
    case "text": {
      const { ids, pool } = promptValues(inputs.get("ids")!);
      const fn = (text: Tensors): Tensors => ({
        features: encodeText(params, work.clip, { ids: text.ids!, pool: text.pool! }),
      });
      return {
        inputs: new Map([
          ["ids", ids],
          ["pool", pool],
        ]),
        fn,
      };
    }
    case "cost": {
      const logits =
        (config: RecognizerConfig) =>
        ({ pixels, pooled }: Tensors): Tensors => ({
          logits: recognize(params, config, videoTokens(params, config, pixels!), { pooled: pooled! }).logits,
        });
      const { vghif } = work;
      const backbone = clipBackbone(work.clip);
      return { inputs, fn: logits({ backbone, vghif }), baseline: logits({ backbone, vghif: null }) };
    }
  }
}

/** The prompts at their full length, as the product's own batch of texts, off the backend. */
export function promptValues({ data, shape }: HostTensor): { ids: HostTensor; pool: HostTensor } {
  const [prompts, length] = shape as [number, number];
  const rows = Array.from({ length: prompts }, (_, row) => data.slice(row * length, (row + 1) * length));
  const batch = textBatch(rows, length);
  const pool: HostTensor = { dtype: "F32", shape: batch.pool.shape, data: batch.pool.dataSync() as Float32Array };
  tf.dispose([batch.ids, batch.pool]);
  return { ids: { dtype: "I32", shape, data }, pool };
}

/** The function from values in memory to values in memory, ready to run. */
async function runner(
  fn: (inputs: Tensors) => Tensors,
  inputs: ReadonlyMap<string, HostTensor>,
  way: Way,
): Promise<() => Promise<Map<string, HostTensor>>> {
  if (way === "eager") {
    return async () => {
      const results = tidy(() => fn(tensorsOf(inputs)));
      const hosts = new Map<string, HostTensor>();
      for (const [name, tensor] of Object.entries(results)) hosts.set(name, await toHost(tensor));
      tf.dispose(results);
      return hosts;
    };
  }
  const values: Record<string, Value> = Object.fromEntries(inputs);
  const program = await compile<Tensors, Tensors>(fn, values, way);
  return async () => hostsOf(await program.run(values));
}

/** Values on the tensor backend; owned by the caller. */
export function tensorsOf(hosts: ReadonlyMap<string, HostTensor>): Tensors {
  return Object.fromEntries([...hosts].map(([name, host]) => [name, toTensor(host)]));
}

function hostsOf(values: Values<Tensors>): Map<string, HostTensor> {
  return new Map(
    Object.entries(values).map(([name, { data, shape }]) => [name, { dtype: "F32", shape, data } as HostTensor]),
  );
}
