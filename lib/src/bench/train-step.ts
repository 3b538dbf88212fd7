/** Training steps as jobs: the product's loss, gradient and AdamW, compiled with the state held inside or op by op. */
import { compile } from "../engine/compile/compile.js";
import type { Value } from "../engine/compile/tree.js";
import { clipBackbone } from "../models/clip-backbone.js";
import { recognize, textTokens, videoTokens } from "../models/recognizer.js";
import { type Params, type Tensor, tf } from "../nn/array.js";
import { adamwStep } from "../train/adamw.js";
import { eagerExecutor, hosts } from "../train/executor.js";
import { crossEntropy } from "../train/loss.js";
import { type HostRecord, type TrainState, zeros } from "../train/state.js";
import { trainingStep } from "../train/step.js";
import { type HostTensor, readSafetensors } from "../weights/safetensors.js";
import { promptValues, type Tensors, tensorsOf, type Way } from "./forward.js";
import type { Job } from "./job.js";
import { CHECK_SAMPLE, CHECK_STEPS, type Task, type TrainWork } from "./task.js";

/** Takes a step from where the last one ended; returns the loss before its update. */
interface Stepper {
  step(index: number): Promise<number>;
  /** First moments, a tenth of the gradient after the first step. */
  moments(): Promise<HostRecord>;
  dispose(): Promise<void>;
}

export async function trainJob(work: TrainWork, task: Task, way: Way): Promise<Job> {
  const inputs = await readSafetensors(task.inputs);
  const ids = inputs.get("ids");
  if (ids) for (const [name, host] of Object.entries(promptValues(ids))) inputs.set(name, host);
  const lossOf = (trained: Params, batch: Tensors): Tensor =>
    crossEntropy(logitsOf(work, trained, batch), batch.labels!);
  const begin = async (): Promise<Stepper> => stepper(work, lossOf, await startOf(task.weights), inputs, way);
  let current: Stepper | undefined;
  let steps = 0;
  return {
    async run() {
      current ??= await begin();
      await current.step(steps++);
    },
    async check(onRun) {
      const fresh = await begin();
      const losses: number[] = [];
      const outputs = new Map<string, HostTensor>();
      for (let step = 0; step < CHECK_STEPS; step++) {
        losses.push(await fresh.step(step));
        onRun();
        if (step > 0) continue;
        for (const [name, host] of Object.entries(await fresh.moments())) outputs.set(`m.${name}`, sampled(host));
      }
      await fresh.dispose();
      return outputs.set("losses", { dtype: "F32", shape: [CHECK_STEPS], data: Float32Array.from(losses) });
    },
  };
}

function logitsOf(work: TrainWork, trained: Params, batch: Tensors): Tensor {
  if (work.kind === "finetune") {
    const config = { backbone: clipBackbone(work.clip), vghif: null };
    const text = textTokens(trained, config, { ids: batch.ids!, pool: batch.pool! });
    return recognize(trained, config, videoTokens(trained, config, batch.pixels!), text).logits;
  }
  const levels = work.vghif.levels.map((_, level) => batch[`level.${level}`]!);
  const config = { backbone: clipBackbone(work.clip), vghif: work.vghif };
  return recognize(trained, config, { cls: batch.cls!, levels }, { pooled: batch.pooled! }).logits;
}

/** The state before the first step. */
async function startOf(weights: string): Promise<TrainState> {
  const params = Object.fromEntries(await readSafetensors(weights));
  return { step: 0, params, m: zeros(params), v: zeros(params) };
}

async function stepper(
  { groups }: TrainWork,
  lossOf: (trained: Params, batch: Tensors) => Tensor,
  start: TrainState,
  inputs: ReadonlyMap<string, HostTensor>,
  way: Way,
): Promise<Stepper> {
  const lrs = groups.map(({ lr }) => lr);
  if (way === "eager") {
    const executor = eagerExecutor(lossOf, groups, start);
    const batch = tensorsOf(inputs);
    return {
      step: (index) => executor.run(batch, index, lrs),
      moments: async () => (await executor.snapshot()).m,
      dispose: async () => {
        await executor.dispose();
        tf.dispose(batch);
      },
    };
  }
  const update = trainingStep(lossOf, groups);
  type Step = ReturnType<typeof scalarsOf>;
  type State = { params: Tensors; moments: { m: Tensors; v: Tensors } };
  const fn = ({ params, moments, batch, scalars }: State & { batch: Tensors; scalars: Step }) => {
    const next = update(params, moments, batch, scalars);
    return { params: next.params, moments: next.state, loss: next.loss };
  };
  const state = { params: start.params, moments: { m: start.m, v: start.v } };
  const batch: Record<string, Value> = Object.fromEntries(inputs);
  const first = scalarsOf(0, lrs);
  const program = await compile(fn, { ...state, batch, scalars: first }, way);
  tf.dispose(first);
  const bound = await program.bind<"params" | "moments">(state, { handOver: true });
  return {
    async step(index) {
      const scalars = scalarsOf(index, lrs);
      const { loss } = await bound.step({ batch, scalars });
      tf.dispose(scalars);
      return loss.data[0]!;
    },
    moments: async () => hosts(await bound.read()).m,
    async dispose() {
      bound.release();
      await program.release();
    },
  };
}

/** The step's own numbers as tensors; a plain copy, since a compiled function's inputs are trees of tensors. */
function scalarsOf(index: number, lrs: readonly number[]) {
  const step = adamwStep(index, lrs);
  return { ...step, lrs: [...step.lrs] };
}

/** Every n-th value, so that few enough are left. */
export function sampled({ dtype, data }: HostTensor): HostTensor {
  const stride = Math.ceil(data.length / CHECK_SAMPLE);
  const kept = Float32Array.from({ length: Math.ceil(data.length / stride) }, (_, at) => data[at * stride]!);
  return { dtype, shape: [kept.length], data: kept };
}
