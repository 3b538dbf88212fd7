/** A number times a product of matrices, in one operator. */
import type { Graph, Node } from "../graph.js";
import { reshape } from "../ops.js";
import { rewrite } from "../rewrite.js";
import { scaled, usesOf } from "./match.js";

/** factor * (a b), where nothing else reads a b, becomes the product's own factor; not where a row was added to it. */
export function gemmScale(g: Graph, outputs: ReadonlyMap<string, Node>): Map<string, Node> {
  const uses = usesOf(outputs);
  return rewrite(g, outputs, (_kept, original, rebuilt) => {
    const found = scaled(original);
    if (!found || uses.get(found.x) !== 1) return undefined;
    const product = found.x.op === "Reshape" ? found.x.inputs[0]! : found.x;
    if (product.op !== "Gemm" || product.inputs.length !== 2 || uses.get(product) !== 1) return undefined;
    if (product.attributes.alpha) return undefined;
    const attributes = { ...product.attributes, alpha: { float: found.factor } };
    const operands = product.inputs.map(rebuilt);
    return reshape(g, g.node("Gemm", operands, product.shape, "float32", attributes), original.shape);
  });
}
