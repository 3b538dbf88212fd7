/** Sums over rows as a product with a row of ones: ONNX Runtime's sums do not use its fast kernels. */
import type { Graph, Node } from "../graph.js";
import { reshape } from "../ops.js";
import { rewrite } from "../rewrite.js";
import { reducedAxes } from "./match.js";

/** With fewer rows there is nothing to gain. */
const FEWEST_ROWS = 32;

/** A sum over all axes but the last one, as in the gradient of a bias or a gain. */
export function columnSums(g: Graph, outputs: ReadonlyMap<string, Node>): Map<string, Node> {
  return rewrite(g, outputs, (node) => {
    if (node.op !== "ReduceSum" || node.dtype !== "float32") return undefined;
    const [x] = node.inputs as [Node];
    const rank = x.shape.length;
    const axes = [...reducedAxes(node)].sort((a, b) => a - b);
    if (rank < 2 || axes.length !== rank - 1 || axes.some((axis, i) => axis !== i)) return undefined;
    const width = x.shape.at(-1)!;
    const rows = x.shape.slice(0, -1).reduce((product, size) => product * size, 1);
    if (rows < FEWEST_ROWS || width === 1) return undefined;
    const ones = g.constant(new Float32Array(rows).fill(1), [1, rows], "float32");
    return reshape(g, g.node("MatMul", [ones, reshape(g, x, [rows, width])], [1, width], "float32"), node.shape);
  });
}
