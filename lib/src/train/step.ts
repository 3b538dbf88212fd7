/** One optimiser step as a pure function of tensors: loss, gradients, AdamW. */
import { type Tensor, tf } from "../nn/array.js";
import { type AdamwState, type AdamwStep, adamwUpdate, type Pack, type ParamGroup } from "./adamw.js";

export type TensorRecord = Record<string, Tensor>;

/** Scalar loss of a batch under the trained parameters; pure, in tensor operations alone. */
export type LossOf<Batch> = (trained: Readonly<TensorRecord>, batch: Batch) => Tensor;

export interface StepResult {
  /** Scalar, before the update. */
  readonly loss: Tensor;
  /** Boolean scalar, only with a loss scale: whether every gradient is finite. Where not, nothing was changed. */
  readonly finite?: Tensor;
  readonly params: TensorRecord;
  readonly state: { readonly m: TensorRecord; readonly v: TensorRecord };
}

/**
 * The step for a loss and parameter groups; every trained parameter must be in exactly one group. With `scale`, a scalar, the
 * gradients are those of the loss times `scale`, divided by it again (loss-scale.ts), and a step that is not finite is void.
 */
export function trainingStep<Batch>(lossOf: LossOf<Batch>, groups: readonly ParamGroup[]) {
  const gradients = lossAndGradients(lossOf, groups);
  return (
    params: Readonly<TensorRecord>,
    state: AdamwState,
    batch: Batch,
    step: AdamwStep,
    scale?: Tensor,
  ): StepResult => {
    const { loss, grads } = gradients(params, batch, scale);
    return { loss, ...updateStep(groups, params, grads, state, step, scale) };
  };
}

/** The loss of a batch, and the gradient of the loss times `scale` with regard to every parameter of the groups. */
export function lossAndGradients<Batch>(lossOf: LossOf<Batch>, groups: readonly ParamGroup[]) {
  const names = groups.flatMap((group) => group.names);
  return (params: Readonly<TensorRecord>, batch: Batch, scale?: Tensor): { loss: Tensor; grads: TensorRecord } => {
    const { value, grads } = tf.valueAndGrads((...values: Tensor[]) => {
      const loss = lossOf(Object.fromEntries(names.map((name, at) => [name, values[at]!])), batch);
      return scale ? tf.mul(loss, scale) : loss;
    })(names.map((name) => params[name]!));
    return {
      loss: scale ? tf.mul(value, tf.reciprocal(scale)) : value,
      grads: Object.fromEntries(names.map((name, at) => [name, grads[at]!])),
    };
  };
}

/** The update by gradients that were multiplied by `scale`; the groups are of what `pack` makes of the gradients. */
export function updateStep(
  groups: readonly ParamGroup[],
  params: Readonly<TensorRecord>,
  grads: Readonly<TensorRecord>,
  state: AdamwState,
  step: AdamwStep,
  scale?: Tensor,
  pack?: Pack,
): Omit<StepResult, "loss"> {
  if (!scale) return adamwUpdate(groups, params, grads, state, step, pack);
  const inverse = tf.reciprocal(scale);
  const unscaled = Object.fromEntries(Object.entries(grads).map(([name, grad]) => [name, tf.mul(grad, inverse)]));
  const finite = allFinite(Object.values(unscaled));
  return { finite, ...adamwUpdate(groups, params, unscaled, state, { ...step, finite }, pack) };
}

/** Whether the squares of all values have a finite sum: AdamW keeps squares. */
function allFinite(values: readonly Tensor[]): Tensor {
  const total = tf.addN(values.map((value) => tf.sum(tf.square(value))));
  return tf.less(total, Number.POSITIVE_INFINITY);
}
