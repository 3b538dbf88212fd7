/** The order in which training examples are seen: a function of seed and step alone. */
import { random } from "../data/random.js";

/** Steps of one epoch over `count` examples; the last batch may be smaller. */
export function stepsPerEpoch(count: number, batch: number): number {
  return Math.ceil(count / batch);
}

/** Indices of the examples of step `step` (0-based over the whole run): each epoch is a new permutation of all. */
export function batchIndices(seed: number, step: number, count: number, batch: number): number[] {
  const steps = stepsPerEpoch(count, batch);
  const epoch = Math.floor(step / steps);
  const order = random(seed)
    .fork("epoch")
    .fork(epoch)
    .shuffle(Array.from({ length: count }, (_, at) => at));
  const at = step - epoch * steps;
  return order.slice(at * batch, (at + 1) * batch);
}

/** A batch in parts of at most `size` examples, in order. Each with its share of the batch. */
export function inParts<T>(
  batch: readonly T[],
  size: number,
): { readonly part: readonly T[]; readonly share: number }[] {
  return Array.from({ length: Math.ceil(batch.length / size) }, (_, at) => {
    const part = batch.slice(at * size, (at + 1) * size);
    return { part, share: part.length / batch.length };
  });
}
