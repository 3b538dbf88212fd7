/**
 * Rematerialisation (activation checkpointing; Chen et al. 2016, "Training deep nets with sublinear memory cost"): of what a
 * block computes only its inputs are kept for the gradient, which runs the block once more. Not to be confused with the
 * training states on disk that are called checkpoints too.
 */
import { type Params, type Tensor, tf } from "./array.js";

/** A block as a pure function of the tensors that change from layer to layer, and of its parameters by name. */
export type Block = (inputs: readonly Tensor[], params: Params) => Tensor;

/**
 * `block(inputs, params)`, one float tensor, whose gradient with regard to every input and parameter recomputes the block
 * (torch.utils.checkpoint). Whatever the block reads must be among them, constants (a mask) with the parameters: a tensor
 * from outside could be gone when the block is run again. The gradients are those of the block without it: the same
 * operations on the same values. Where an input is also used outside of the block, the parts of its gradient are added in
 * another order, so they can differ by rounding. Not for gradients of gradients.
 */
export function checkpoint(block: Block, inputs: readonly Tensor[], params: Params): Tensor {
  const names = Object.keys(params);
  const run = (values: readonly Tensor[]): Tensor => {
    const named = names.map((name, at) => [name, values[inputs.length + at]!]);
    return block(values.slice(0, inputs.length), Object.fromEntries(named));
  };
  const differentiable = tf.customGrad((...args) => {
    const values = args.slice(0, -1) as Tensor[];
    const save = args.at(-1) as (kept: Tensor[]) => void;
    save(values);
    return {
      value: run(values),
      gradFunc: (dy, saved) => {
        const again = saved.map((value, at) => (at < inputs.length ? after(value, dy) : value));
        return gradients(() => run(again), again, dy);
      },
    };
  });
  return differentiable(...inputs, ...names.map((name) => params[name]!));
}

/** `checkpoint` where `remat` says so, else the block as it is. The block reads no parameters but those below `<name>.`. */
export function rematerialised(
  remat: boolean,
  block: Block,
  inputs: readonly Tensor[],
  params: Params,
  name: string,
): Tensor {
  if (!remat) return block(inputs, params);
  const own = Object.entries(params).filter(([key]) => key.startsWith(`${name}.`));
  return checkpoint(block, inputs, Object.fromEntries(own));
}

/**
 * x once `dy` is there. Eagerly that is x itself. A backend that orders operations itself and merges equal ones (the
 * compiler's) has a kernel "Barrier", which it must neither see through nor run before `dy`: else the block would be
 * computed once, early, and all of it kept.
 */
function after(x: Tensor, dy: Tensor): Tensor {
  if (!tf.getKernel("Barrier", tf.getBackend())) return x;
  return tf.engine().runKernel("Barrier", { x, after: dy }) as Tensor;
}

/** Gradients inside of a gradient function, zeros where `f` does not depend on a tensor; leaves the outer tape as it is. */
function gradients(f: () => Tensor, xs: Tensor[], dy: Tensor): Tensor[] {
  const { state } = tf.engine();
  const outer = state.activeTape;
  try {
    const { grads } = tf.engine().gradients(f, xs, dy, true);
    return grads.map((grad, at) => grad ?? tf.zerosLike(xs[at]!));
  } finally {
    state.activeTape = outer;
  }
}
