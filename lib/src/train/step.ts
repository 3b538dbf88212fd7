/** One optimiser step as a pure function of tensors: loss, gradients, AdamW. */
import { type Tensor, tf } from "../nn/array.js";
import { type AdamwState, type AdamwStep, adamwUpdate, type ParamGroup } from "./adamw.js";

export type TensorRecord = Record<string, Tensor>;

/** Scalar loss of a batch under the trained parameters; pure, in tensor operations alone. */
export type LossOf<Batch> = (trained: Readonly<TensorRecord>, batch: Batch) => Tensor;

export interface StepResult {
  /** Scalar, before the update. */
  readonly loss: Tensor;
  readonly params: TensorRecord;
  readonly state: { readonly m: TensorRecord; readonly v: TensorRecord };
}

/** The step for a loss and parameter groups; every trained parameter must be in exactly one group. */
export function trainingStep<Batch>(lossOf: LossOf<Batch>, groups: readonly ParamGroup[]) {
  const names = groups.flatMap((group) => group.names);
  return (params: Readonly<TensorRecord>, state: AdamwState, batch: Batch, step: AdamwStep): StepResult => {
    const { value, grads } = tf.valueAndGrads((...values: Tensor[]) =>
      lossOf(Object.fromEntries(names.map((name, at) => [name, values[at]!])), batch),
    )(names.map((name) => params[name]!));
    const named = Object.fromEntries(names.map((name, at) => [name, grads[at]!]));
    return { loss: value, ...adamwUpdate(groups, params, named, state, step) };
  };
}
