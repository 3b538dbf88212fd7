/** Tensors for tests: deterministic, far from constant, and compared with a message that says where they differ. */
import assert from "node:assert/strict";
import { random } from "vghif/dist/data/random.js";
import { type Params, type Tensor, tf } from "vghif/dist/nn/array.js";

/** Normal deviates times `std`, named by a key. */
export function randomTensor(key: string, shape: readonly number[], std = 1): Tensor {
  const stream = random(key);
  const size = shape.reduce((product, n) => product * n, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => std * stream.normal()),
    [...shape],
  );
}

/** Random parameters of these shapes: norm gains near 1, everything else small. */
export function randomParams(shapes: ReadonlyMap<string, readonly number[]>, key = "params"): Params {
  const params: Record<string, Tensor> = {};
  for (const [name, shape] of shapes) {
    const noise = randomTensor(`${key}/${name}`, shape, shape.length > 1 ? 0.3 * (shape[0] ?? 1) ** -0.2 : 0.1);
    const gain = /ln[^.]*\.weight$/.test(name);
    params[name] = gain ? tf.add(noise, 1) : noise;
  }
  return params;
}

/** The plain numbers of a tensor, row-major. */
export function numbers(tensor: Tensor): number[] {
  return Array.from(tensor.dataSync());
}

/** Fails with the first place where two tensors differ by more than `tolerance`. */
export function assertClose(actual: Tensor, expected: Tensor, tolerance: number, what = "tensor"): void {
  assert.deepEqual(actual.shape, expected.shape, `${what}: shapes differ`);
  const [a, b] = [numbers(actual), numbers(expected)];
  const at = a.findIndex((value, index) => !(Math.abs(value - b[index]!) <= tolerance));
  assert.equal(at, -1, `${what}: element ${at} is ${a[at]}, expected ${b[at]} within ${tolerance}`);
}

/** Fails where two tensors are not the same numbers bit for bit. */
export function assertSame(actual: Tensor, expected: Tensor, what = "tensor"): void {
  assertClose(actual, expected, 0, what);
}
