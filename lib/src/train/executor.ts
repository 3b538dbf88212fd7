/** How training steps are run: op by op on the tensor backend, or compiled into one program. The step itself is the same. */
import { type Bound, type Compiled, compile } from "../engine/compile/compile.js";
import type { HalfType } from "../engine/compile/graph.js";
import type { Value } from "../engine/compile/tree.js";
import { type Tensor, tf, tidy } from "../nn/array.js";
import { type AdamwResult, type AdamwState, adamwStep, type ParamGroup } from "./adamw.js";
import { type LossScale, nextScale, startScale } from "./loss-scale.js";
import { Packing } from "./packed.js";
import { type HostRecord, type TrainState, toHostRecord, toTensorRecord } from "./state.js";
import { type LossOf, lossAndGradients, type TensorRecord, trainingStep, updateStep } from "./step.js";

export interface Executor<Batch> {
  /** Takes optimiser step `step` (0-based) with the groups' learning rates; returns the loss before the update. */
  run(batch: Batch, step: number, lrs: readonly number[]): Promise<number>;
  /** The state after the last step, copied; with `last` its own arrays where they can be had: no step may follow. */
  snapshot(last?: boolean): Promise<Omit<TrainState, "step">>;
  /** The loss scale for the next step; undefined in float32. */
  lossScale(): LossScale | undefined;
  dispose(): Promise<void>;
}

/** Op by op on the current backend. */
export function eagerExecutor<Batch>(
  lossOf: LossOf<Batch>,
  groups: readonly ParamGroup[],
  start: TrainState,
): Executor<Batch> {
  const update = trainingStep(lossOf, groups);
  const held = new EagerState(start);
  return {
    async run(batch, step, lrs) {
      const { loss, ...next } = tidy(() => update(held.params, held.moments, batch, adamwStep(step, lrs)));
      held.replace(next);
      const value = (await loss.data())[0]!;
      loss.dispose();
      return value;
    },
    lossScale: () => undefined,
    snapshot: () => held.snapshot(),
    dispose: async () => held.dispose(),
  };
}

/** Parameters and moments on the current backend, which each update replaces as a whole. */
export class EagerState {
  params: TensorRecord;
  moments: AdamwState;

  constructor(start: TrainState) {
    this.params = toTensorRecord(start.params);
    this.moments = { m: toTensorRecord(start.m), v: toTensorRecord(start.v) };
  }

  replace({ params, state }: AdamwResult): void {
    this.dispose();
    this.params = params;
    this.moments = state;
  }

  async snapshot(): Promise<Omit<TrainState, "step">> {
    const { params, moments } = this;
    return { params: await toHostRecord(params), m: await toHostRecord(moments.m), v: await toHostRecord(moments.v) };
  }

  dispose(): void {
    tf.dispose([this.params, this.moments.m, this.moments.v]);
  }
}

export interface CompiledOptions {
  /** What products are computed in, under a loss scale. Default: float32, without one. */
  readonly precision?: HalfType | undefined;
  /** The start state's arrays are given away instead of copied, and are empty after the first step. Default: copied. */
  readonly handOver?: boolean | undefined;
}

/** Inputs of a compiled step. A batch is any tree of tensors. */
type StepInputs = {
  params: TensorRecord;
  moments: { m: TensorRecord; v: TensorRecord };
  batch: TensorRecord;
  scalars: { lrs: Tensor[]; correction1: Tensor; correction2: Tensor; scale?: Tensor };
};

type StepOutputs = Pick<StepInputs, "params" | "moments"> & { loss: Tensor; finite?: Tensor };

/** Compiled, one program a batch shape; parameters and moments, packed, stay inside the program's runtime between steps. */
export function compiledExecutor<Batch extends object>(
  lossOf: LossOf<Batch>,
  groups: readonly ParamGroup[],
  start: TrainState,
  { precision, handOver = false }: CompiledOptions = {},
): Executor<Batch> {
  const packing = new Packing(groups, start.params);
  const gradients = lossAndGradients(lossOf, groups);
  const fn = ({ params, moments, batch, scalars }: StepInputs): StepOutputs => {
    const { loss, grads } = gradients(packing.unpackTensors(params), batch as unknown as Batch, scalars.scale);
    const pack = packing.packTensors.bind(packing);
    const { finite, ...next } = updateStep(packing.groups, params, grads, moments, scalars, scalars.scale, pack);
    return { params: next.params, moments: next.state, loss, ...(finite ? { finite } : {}) };
  };
  let scaling = precision ? (start.lossScale ?? startScale(precision)) : undefined;
  const state = {
    params: packing.pack(start.params),
    moments: { m: packing.pack(start.m), v: packing.pack(start.v) },
  };
  let program: Compiled<StepInputs, StepOutputs> | undefined;
  let bound: Bound<StepInputs, StepOutputs, "params" | "moments"> | undefined;
  return {
    async run(batch, step, lrs) {
      const taken = step - (scaling?.skipped ?? 0); // AdamW counts the steps that changed something
      const scalars = tidy(() => ({
        ...adamwStep(taken, lrs),
        ...(scaling ? { scale: tf.scalar(scaling.scale) } : {}),
      })) as StepInputs["scalars"];
      const inputs = { batch: batch as unknown as TensorRecord, scalars };
      program ??= await compile(fn, { ...state, ...inputs }, precision ? { precision } : {});
      bound ??= await program.bind<"params" | "moments">(state, { handOver });
      const { loss, finite } = await bound.step(inputs);
      tf.dispose(scalars);
      if (precision && scaling) scaling = nextScale(scaling, finite!.data[0] === 1, precision);
      return loss.data[0]!;
    },
    lossScale: () => scaling,
    async snapshot(last = false) {
      const scale = scaling ? { lossScale: scaling } : {};
      if (!bound) return { params: start.params, m: start.m, v: start.v, ...scale };
      const { params, m, v } = hosts(await (last ? bound.take() : bound.read()));
      return { params: packing.unpack(params), m: packing.unpack(m), v: packing.unpack(v), ...scale };
    },
    async dispose() {
      bound?.release();
      await program?.retire();
    },
  };
}

type ValueRecord = Readonly<Record<string, Value>>;

/** What a program holds, as the loop hands it on. */
export function hosts(held: {
  readonly params: ValueRecord;
  readonly moments: { readonly m: ValueRecord; readonly v: ValueRecord };
}): Pick<TrainState, "params" | "m" | "v"> {
  const host = (record: ValueRecord): HostRecord =>
    Object.fromEntries(Object.entries(record).map(([name, { data, shape }]) => [name, { dtype: "F32", shape, data }]));
  return { params: host(held.params), m: host(held.moments.m), v: host(held.moments.v) };
}
