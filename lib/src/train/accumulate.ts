/**
 * Gradient accumulation: a step over the parts of its batch, one after another, with one update at the end. Memory is that
 * of a part, plus one gradient of every parameter; the update is that of the whole batch, up to rounding.
 */
import { type Bound, type Compiled, compile } from "../engine/compile/compile.js";
import { type Tensor, tf, tidy } from "../nn/array.js";
import { type AdamwStep, adamwStep, adamwUpdate, type ParamGroup } from "./adamw.js";
import { type CompiledOptions, EagerState, type Executor, hosts } from "./executor.js";
import { nextScale, startScale } from "./loss-scale.js";
import { type TrainState, zeros } from "./state.js";
import { type LossOf, lossAndGradients, type TensorRecord, updateStep } from "./step.js";

/** A part of a step's batch. */
export interface MicroBatch<Batch> {
  /** Its examples over those of the whole batch; the shares of a step sum to 1. */
  readonly share: number;
  /** Makes it, when its turn comes. */
  readonly load: () => Batch | Promise<Batch>;
}

/** Takes steps in parts: `accumulate` for each, then `update`. */
export interface Accumulator<Batch> extends Omit<Executor<Batch>, "run"> {
  /** Adds share times the part's gradient to the step's, which the `first` part begins; returns the part's loss. */
  accumulate(part: Batch, share: number, first: boolean): Promise<number>;
  /** Takes optimiser step `step` (0-based) with the groups' learning rates and the gradient so far. */
  update(step: number, lrs: readonly number[]): Promise<void>;
}

/**
 * One step over its parts, each loaded when its turn comes and disposed after it. Returns the mean loss over the batch; where a
 * part's loss is not finite, returns it at once, without an update. Throws an AbortError between parts when the signal fires.
 */
export async function accumulatedStep<Batch>(
  accumulator: Accumulator<Batch>,
  parts: readonly MicroBatch<Batch>[],
  disposeBatch: (batch: Batch) => void,
  step: number,
  lrs: readonly number[],
  signal?: AbortSignal,
): Promise<number> {
  let loss = 0;
  for (const [at, { share, load }] of parts.entries()) {
    signal?.throwIfAborted();
    const part = await load();
    let own: number;
    try {
      own = await accumulator.accumulate(part, share, at === 0);
    } finally {
      disposeBatch(part);
    }
    if (!Number.isFinite(own)) return own;
    loss += share * own;
  }
  await accumulator.update(step, lrs);
  return loss;
}

/** Op by op on the current backend. */
export function eagerAccumulator<Batch>(
  lossOf: LossOf<Batch>,
  groups: readonly ParamGroup[],
  start: TrainState,
): Accumulator<Batch> {
  const gradients = lossAndGradients(lossOf, groups);
  const held = new EagerState(start);
  let sums: TensorRecord = {};
  return {
    async accumulate(part, share, first) {
      const { loss, next } = tidy(() => {
        const { loss, grads } = gradients(held.params, part);
        return { loss, next: plus(first ? {} : sums, grads, share) };
      });
      tf.dispose(sums);
      sums = next;
      const value = (await loss.data())[0]!;
      loss.dispose();
      return value;
    },
    async update(step, lrs) {
      held.replace(tidy(() => adamwUpdate(groups, held.params, sums, held.moments, adamwStep(step, lrs))));
    },
    lossScale: () => undefined,
    snapshot: () => held.snapshot(),
    async dispose() {
      held.dispose();
      tf.dispose(sums);
    },
  };
}

/** sums, where there are any, plus share times grads. */
function plus(sums: Readonly<TensorRecord>, grads: Readonly<TensorRecord>, share: number | Tensor): TensorRecord {
  const entries = Object.entries(grads).map(([name, grad]): [string, Tensor] => {
    const part = tf.mul(grad, share);
    return [name, sums[name] ? tf.add(sums[name], part) : part];
  });
  return Object.fromEntries(entries);
}

/** What the programs hold from run to run. Each changes a part of it. */
type Held = {
  params: TensorRecord;
  moments: { m: TensorRecord; v: TensorRecord };
  /** The gradient so far, times the loss scale where there is one. */
  sums: TensorRecord;
};

/** Inputs of a part's program (`part`), or of the update's (`step`). */
type Inputs = Held & {
  /** `keep`: 0 at the first part of a step, 1 at the others. */
  part?: { batch: TensorRecord; share: Tensor; keep: Tensor };
  step?: AdamwStep;
  scale?: Tensor;
};

type Outputs = Partial<Held> & { loss?: Tensor; finite?: Tensor };

/**
 * Compiled: a program for each shape of a part, and one for the update; they share what they hold. What a program does not
 * change stays where it is, and the rest is written over in place, so that there is one copy of each.
 */
export function compiledAccumulator<Batch extends object>(
  lossOf: LossOf<Batch>,
  groups: readonly ParamGroup[],
  start: TrainState,
  { precision, handOver = false }: CompiledOptions = {},
): Accumulator<Batch> {
  const gradients = lossAndGradients(lossOf, groups);
  const fn = ({ params, moments, sums, part, step, scale }: Inputs): Outputs => {
    if (step) {
      const { state, ...next } = updateStep(groups, params, sums, moments, step, scale);
      return { ...next, moments: state };
    }
    const { batch, share, keep } = part!;
    const { loss, grads } = gradients(params, batch as unknown as Batch, scale);
    // Of a step that was void the sums are not finite, and 0 times them is not 0.
    const kept = (sum: Tensor): Tensor =>
      scale ? tf.where(tf.greater(keep, 0), sum, tf.scalar(0)) : tf.mul(sum, keep);
    const before = Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, kept(sum)]));
    return { sums: plus(before, grads, share), loss };
  };
  let scaling = precision ? (start.lossScale ?? startScale(precision)) : undefined;
  let program: Compiled<Inputs, Outputs> | undefined;
  let bound: Bound<Inputs, Outputs, keyof Held> | undefined;
  const scaled = () => (scaling ? { scale: tf.scalar(scaling.scale) } : {});
  return {
    async accumulate(batch, share, first) {
      const scalars = tidy(() => ({ share: tf.scalar(share), keep: tf.scalar(first ? 0 : 1) }));
      const inputs = { part: { batch: batch as unknown as TensorRecord, ...scalars }, ...scaled() };
      if (!bound) {
        const state = { params: start.params, moments: { m: start.m, v: start.v }, sums: zeros(start.params) };
        program = await compile(fn, { ...state, ...inputs }, precision ? { precision } : {});
        bound = await program.bind<keyof Held>(state, { handOver });
      }
      const { loss } = await bound.step(inputs);
      tf.dispose([scalars, inputs.scale ?? []]);
      return loss!.data[0]!;
    },
    async update(step, lrs) {
      const taken = step - (scaling?.skipped ?? 0); // AdamW counts the steps that changed something
      const inputs = tidy(() => ({ step: { ...adamwStep(taken, lrs) }, ...scaled() }));
      const { finite } = await bound!.step(inputs);
      tf.dispose(inputs as unknown as tf.TensorContainer);
      if (precision && scaling) scaling = nextScale(scaling, finite!.data[0] === 1, precision);
    },
    lossScale: () => scaling,
    async snapshot(last = false) {
      const scale = scaling ? { lossScale: scaling } : {};
      if (!bound) return { params: start.params, m: start.m, v: start.v, ...scale };
      const kept = last ? bound.take("params", "moments") : bound.read("params", "moments");
      return { ...hosts(await kept), ...scale };
    },
    async dispose() {
      bound?.release();
      await program?.retire();
    },
  };
}
