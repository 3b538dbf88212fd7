/**
 * Products on the wasm backend. Its binary has one fast path, the plain product of two matrices; transposed and
 * batched products fall to a loop that is 10 to 20 times slower. Here a transposed operand is transposed first, a
 * batch against one matrix becomes one tall product, and any other batch one plain product a slice, all on the heap.
 */
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import type { BatchMatMulAttrs, KernelFunc, TensorInfo } from "@tensorflow/tfjs-core";
import { tf } from "../../nn/array.js";
import { addressOf, Scratch } from "./heap.js";

/** A slice with fewer multiply-adds than this is faster in the binary's own loop. */
const SMALL = { oneThread: 512, threads: 16_384 };
const FLOAT32 = 0;

interface Operands {
  readonly a: TensorInfo;
  readonly b: TensorInfo;
}

interface Matrices {
  readonly batch: number;
  readonly rows: number;
  readonly columns: number;
}

/** Replaces the BatchMatMul kernel of the wasm backend. */
export function registerMatMul(threads: number): void {
  const original = tf.getKernel("BatchMatMul", "wasm");
  if (!original) throw new Error("the wasm backend has no BatchMatMul kernel");
  const small = threads > 1 ? SMALL.threads : SMALL.oneThread;
  const kernelFunc: KernelFunc = (args) => {
    const { a, b } = args.inputs as unknown as Operands;
    const { transposeA, transposeB } = args.attrs as unknown as BatchMatMulAttrs;
    const left = matricesOf(a, transposeA);
    const right = matricesOf(b, transposeB);
    if (left.batch !== right.batch && left.batch !== 1 && right.batch !== 1) {
      throw new Error(`matMul: batches of shapes [${a.shape}] and [${b.shape}] must be equal, or one of them 1`);
    }
    const plain = !transposeA && !transposeB && left.batch === 1 && right.batch === 1;
    const work = left.rows * left.columns * right.columns;
    if (plain || work < small || a.dtype !== "float32" || b.dtype !== "float32") return original.kernelFunc(args);
    return product(
      args.backend as BackendWasm,
      args.inputs as unknown as Operands,
      left,
      right,
      transposeA,
      transposeB,
    );
  };
  tf.unregisterKernel("BatchMatMul", "wasm");
  tf.registerKernel({ ...original, kernelFunc });
}

/** The batch and the shape of one matrix, after the wanted transpose. */
function matricesOf(tensor: TensorInfo, transposed: boolean): Matrices {
  const [first, second] = tensor.shape.slice(-2) as [number, number];
  const batch = tf.util.sizeFromShape(tensor.shape.slice(0, -2));
  return transposed ? { batch, rows: second, columns: first } : { batch, rows: first, columns: second };
}

function product(
  backend: BackendWasm,
  { a, b }: Operands,
  left: Matrices,
  right: Matrices,
  transposeA: boolean,
  transposeB: boolean,
): TensorInfo {
  const outerA = a.shape.slice(0, -2);
  const outerB = b.shape.slice(0, -2);
  const outer = tf.broadcast_util.assertAndGetBroadcastShape(outerA, outerB);
  const out = backend.makeOutput([...outer, left.rows, right.columns], "float32");
  const scratch = new Scratch(backend);
  try {
    const from = transposeA ? transposed(backend, scratch, a, left) : addressOf(backend, a);
    const by = transposeB ? transposed(backend, scratch, b, right) : addressOf(backend, b);
    if (right.batch === 1) {
      const tall = { batch: 1, rows: left.batch * left.rows, columns: left.columns };
      slices(backend, scratch, [from, tall], [by, right], addressOf(backend, out));
    } else slices(backend, scratch, [from, left], [by, right], addressOf(backend, out));
  } finally {
    scratch.free();
  }
  return out;
}

/** Address of a copy with the last two axes exchanged. */
function transposed(backend: BackendWasm, scratch: Scratch, tensor: TensorInfo, after: Matrices): number {
  const size = after.batch * after.rows * after.columns;
  const to = scratch.bytes(size * 4);
  const shape = scratch.ints([after.batch, after.columns, after.rows]);
  const permutation = scratch.ints([0, 2, 1]);
  const run = rawFunction(backend, "_Transpose");
  scratch.withIds(
    [
      [addressOf(backend, tensor), size],
      [to, size],
    ],
    (input, output) => run(input, shape, 3, FLOAT32, output, permutation, 3),
  );
  return to;
}

/** One plain product a slice; an operand whose batch is 1 is used for every slice. */
function slices(
  backend: BackendWasm,
  scratch: Scratch,
  [from, left]: readonly [number, Matrices],
  [by, right]: readonly [number, Matrices],
  to: number,
): void {
  const run = rawFunction(backend, "_BatchMatMul");
  const sizes = [left.rows * left.columns, right.rows * right.columns, left.rows * right.columns] as const;
  const shapeA = scratch.ints([1, left.rows, left.columns]);
  const shapeB = scratch.ints([1, right.rows, right.columns]);
  for (let slice = 0; slice < Math.max(left.batch, right.batch); slice++) {
    scratch.withIds(
      [
        [from + (left.batch === 1 ? 0 : slice * sizes[0] * 4), sizes[0]],
        [by + (right.batch === 1 ? 0 : slice * sizes[1] * 4), sizes[1]],
        [to + slice * sizes[2] * 4, sizes[2]],
      ],
      (a, b, out) => run(a, shapeA, 3, b, shapeB, 3, 0, 0, out),
    );
  }
}

type RawFunction = (...numbers: number[]) => void;

/** An exported function of the binary, called with addresses instead of copied arrays. */
function rawFunction(backend: BackendWasm, name: string): RawFunction {
  return Reflect.get(backend.wasm, name) as RawFunction;
}
