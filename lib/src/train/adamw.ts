/**
 * AdamW with decoupled weight decay (torch.optim.AdamW, Loshchilov and Hutter 2019) as a pure function of tensors, so that
 * the same definition runs eagerly and compiled. Values that change from step to step come in as scalar tensors.
 */
import { type Tensor, tf } from "../nn/array.js";

/** The official recipes' values (X-CLIP and ViFi-CLIP utils/optimizer.py). */
export const ADAMW = { beta1: 0.9, beta2: 0.98, eps: 1e-8 } as const;

/** Hyper-parameters that a group of parameters shares. */
export interface ParamGroup {
  readonly names: readonly string[];
  /** Peak learning rate. */
  readonly lr: number;
  readonly weightDecay: number;
}

/** First and second moments by parameter name; all zero at the start. */
export interface AdamwState {
  readonly m: Readonly<Record<string, Tensor>>;
  readonly v: Readonly<Record<string, Tensor>>;
}

export interface AdamwStep {
  /** Learning rate in force, one scalar tensor a group. */
  readonly lrs: readonly Tensor[];
  /** 1 - beta1^t and sqrt(1 - beta2^t) with t = 1 at the first step, scalar tensors. */
  readonly correction1: Tensor;
  readonly correction2: Tensor;
  /** Boolean scalar: where it is false nothing changes, whatever the gradients are. Absent: true. */
  readonly finite?: Tensor;
}

/** The scalars of optimiser step `step` (0-based) with the groups' learning rates `lrs`. */
export function adamwStep(step: number, lrs: readonly number[]): AdamwStep {
  return {
    lrs: lrs.map((lr) => tf.scalar(lr)),
    correction1: tf.scalar(1 - ADAMW.beta1 ** (step + 1)),
    correction2: tf.scalar(Math.sqrt(1 - ADAMW.beta2 ** (step + 1))),
  };
}

/** Zero moments for parameters; owned by the caller. */
export function adamwInit(params: Readonly<Record<string, Tensor>>): AdamwState {
  const zeros = (): Record<string, Tensor> =>
    Object.fromEntries(Object.entries(params).map(([name, value]) => [name, tf.zerosLike(value)]));
  return { m: zeros(), v: zeros() };
}

export interface AdamwResult {
  readonly params: Record<string, Tensor>;
  readonly state: { readonly m: Record<string, Tensor>; readonly v: Record<string, Tensor> };
}

/** With gradients times this their squares are what the second moment takes up: each is one pass over memory less. */
const GRAD_FACTOR = Math.sqrt(1 - ADAMW.beta2);

/** How gradients by parameter name become those by the groups' names. */
export type Pack = (grads: Readonly<Record<string, Tensor>>) => Readonly<Record<string, Tensor>>;

/**
 * One update of every parameter of every group. `params` and what `pack` makes of `grads` (default: the same) must hold each
 * group's names. Learning rate and
 * epsilon are taken times the second correction, as m / (sqrt(v) / c + eps) = c m / (sqrt(v) + c eps): the vectors are gone
 * through as seldom as can be, which is what an update costs.
 */
export function adamwUpdate(
  groups: readonly ParamGroup[],
  params: Readonly<Record<string, Tensor>>,
  grads: Readonly<Record<string, Tensor>>,
  state: AdamwState,
  step: AdamwStep,
  pack: Pack = (named) => named,
): AdamwResult {
  const result: AdamwResult = { params: {}, state: { m: {}, v: {} } };
  const { finite } = step;
  const or = (value: Tensor, otherwise: number): Tensor =>
    finite ? tf.where(finite, value, tf.scalar(otherwise)) : value;
  const [beta1, beta2] = [ADAMW.beta1, ADAMW.beta2].map((beta) => (finite ? or(tf.scalar(beta), 1) : beta));
  const scaled = Object.entries(grads).map(([name, grad]) => [name, tf.mul(or(grad, 0), GRAD_FACTOR)] as const);
  const packed = pack(Object.fromEntries(scaled));
  for (const [index, group] of groups.entries()) {
    const lr = or(step.lrs[index]!, 0);
    const rate = tf.mul(tf.div(lr, step.correction1), step.correction2);
    const eps = tf.mul(step.correction2, ADAMW.eps);
    const keep = tf.sub(1, tf.mul(lr, group.weightDecay));
    for (const name of group.names) {
      const grad = packed[name]!;
      const m = tf.add(tf.mul(state.m[name]!, beta1!), tf.mul(grad, (1 - ADAMW.beta1) / GRAD_FACTOR));
      const v = tf.add(tf.mul(state.v[name]!, beta2!), tf.square(grad));
      const decayed = group.weightDecay === 0 ? params[name]! : tf.mul(params[name]!, keep);
      result.params[name] = tf.sub(decayed, tf.mul(rate, tf.div(m, tf.add(tf.sqrt(v), eps))));
      result.state.m[name] = m;
      result.state.v[name] = v;
    }
  }
  return result;
}
