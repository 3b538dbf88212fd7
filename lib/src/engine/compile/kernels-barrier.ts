/** The order that rematerialisation asks for (nn/remat.ts): a value that exists only after another one. */
import { reshape, sizeOf, slice } from "./ops.js";
import type { Recorders } from "./recorder.js";

/**
 * x, bit for bit, after `after`. A new axis of size 1 is put where a number says that depends on `after` (in front, or behind
 * the first axis where its first value is NaN), and is taken away again. Both only rename the shape of the same memory. Since
 * the place is known only when the program runs, no optimiser may fold, merge or move what is computed from it.
 */
export const BARRIER: Recorders = {
  Barrier: ({ g, inputs }) => {
    const [x, after] = [inputs.x!, inputs.after!];
    const first = slice(g, reshape(g, after, [sizeOf(after.shape)]), [0], [1]);
    const place = g.node("Cast", [g.node("IsNaN", [first], [1], "bool")], [1], "int64");
    const rows = x.shape.length === 0 ? reshape(g, x, [1]) : x;
    return reshape(g, g.node("Unsqueeze", [rows, place], [1, ...rows.shape], x.dtype), x.shape);
  },
};
