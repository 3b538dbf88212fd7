/**
 * Dropout (Srivastava et al. 2014) whose mask is a pure function of a key: the same key gives the same mask on every backend
 * and in a compiled program, where random numbers drawn while it is recorded would be the same for ever.
 *
 * Value i of a mask is the i-th of 2^24 numbers that a Feistel network puts into an order of the key's own (Luby and Rackoff
 * 1988; ours: six rounds over halves of 12 bits, each round the middle of the half's square). Halves are kept as fractions,
 * multiples of 2^-12, and every step is exact in float32, so no backend can round it otherwise.
 */
import { type Tensor, tf } from "./array.js";

const HALF = 2 ** 12;
const LIMIT = HALF ** 2;
const ROUNDS = 6;
/** Rounds over the key before the first of its round keys is taken. */
const WARM_UP = 4;
/** Arbitrary constants of 12 bits that the key's own rounds add. */
const KEY_CONSTANTS = [2531, 967, 2861, 1813, 3403, 1327, 3637, 2217, 1747, 2757];

interface Halves {
  readonly left: Tensor;
  readonly right: Tensor;
}

/**
 * Zeros in the place of each value of x with probability `rate`, the others times 1 / (1 - rate), so that the mean stays; the
 * gradient goes the same way. `rate` from 0 (x itself) to below 1. `key` is a scalar tensor, int32 or float32, that holds an
 * integer from 0 to 2^24 - 1: take another one for every step and every place (`foldIn`). At most 2^24 values.
 */
export function dropout(x: Tensor, rate: number, key: Tensor): Tensor {
  if (rate === 0) return x;
  return tf.mul(x, tf.mul(keepMask(x.shape, rate, key), 1 / (1 - rate)));
}

/** 1 with probability 1 - rate, else 0, by key; float32 of that shape. See `dropout`. */
export function keepMask(shape: readonly number[], rate: number, key: Tensor): Tensor {
  if (!(rate >= 0 && rate < 1)) throw new Error(`dropout: rate ${rate} is not from 0 to below 1`);
  if (key.rank !== 0) throw new Error(`dropout: the key has shape [${key.shape}], expected a scalar`);
  const size = shape.reduce((product, n) => product * n, 1);
  if (size > LIMIT) throw new Error(`dropout: [${shape}] has ${size} values, more than 2^24`);
  // No gradient goes into the mask, and none of its steps is kept for one.
  const draw = tf.customGrad((k) => ({
    value: tf.cast(tf.greaterEqual(uniform(shape, size, k as Tensor), rate), "float32"),
    gradFunc: () => tf.scalar(0),
  }));
  return draw(key);
}

/** Another key from a key and an integer from 0 to 2^24 - 1 (a step, a place): float32 scalar. Distinct for distinct n. */
export function foldIn(key: Tensor, n: number): Tensor {
  return tf.tidy(() => {
    const counter = { left: tf.scalar(Math.floor(n / HALF) / HALF), right: tf.scalar((n % HALF) / HALF) };
    return tf.mul(whole(permuted(counter, roundKeys(key))), LIMIT);
  });
}

/** Numbers of [0, 1), multiples of 2^-24: value i is where the key's order puts i. */
function uniform(shape: readonly number[], size: number, key: Tensor): Tensor {
  const columns = Math.min(size, HALF);
  const rows = Math.ceil(size / columns);
  const counter = {
    left: tf.div(tf.reshape(tf.range(0, rows), [rows, 1]), HALF),
    right: tf.div(tf.reshape(tf.range(0, columns), [1, columns]), HALF),
  };
  const table = whole(permuted(counter, roundKeys(key))); // [rows, columns]
  return tf.reshape(tf.slice(tf.reshape(table, [-1]), [0], [size]), [...shape]);
}

function roundKeys(key: Tensor): Tensor[] {
  const scaled = tf.div(tf.cast(key, "float32"), HALF);
  let halves: Halves = { left: fraction(tf.div(tf.floor(scaled), HALF)), right: fraction(scaled) };
  const keys: Tensor[] = [];
  for (const [at, constant] of KEY_CONSTANTS.entries()) {
    halves = round(halves, tf.scalar(constant / HALF));
    if (at >= WARM_UP) keys.push(halves.right);
  }
  return keys;
}

function permuted(start: Halves, keys: readonly Tensor[]): Halves {
  return keys.slice(0, ROUNDS).reduce(round, start);
}

/** left, right -> right, left + middle(right^2) + key, modulo 1; the square has 24 bits, of which the low 6 fall off. */
function round({ left, right }: Halves, key: Tensor): Halves {
  const square = tf.floor(tf.mul(tf.square(right), 2 ** 18));
  return { left: right, right: fraction(tf.add(tf.add(tf.mul(square, 1 / HALF), left), key)) };
}

const whole = ({ left, right }: Halves): Tensor => tf.add(right, tf.mul(left, 1 / HALF));

const fraction = (x: Tensor): Tensor => tf.sub(x, tf.floor(x));
