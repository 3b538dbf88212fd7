/** Operators of ONNX itself in place of ONNX Runtime's own, so that other runtimes read the program too. */
import type { Attributes, Graph, Node } from "../graph.js";
import { binary, cast, transpose } from "../ops.js";
import { rewrite } from "../rewrite.js";

/** Lowers what the recorder itself makes of com.microsoft's operators. Throws an error naming one that stays. */
export function portable(g: Graph, outputs: ReadonlyMap<string, Node>): Map<string, Node> {
  return rewrite(g, outputs, (node) => {
    if (node.domain === "") return undefined;
    if (node.op !== "FusedMatMul") throw new Error(`no plain ONNX operators are known for ${node.domain}.${node.op}`);
    return plainProduct(g, node);
  });
}

/** A FusedMatMul as transposes, a MatMul and a factor. */
export function plainProduct(g: Graph, node: Node): Node {
  const [a, b] = node.inputs as [Node, Node];
  const [left, right] = [turned(g, a, node.attributes, "transA"), turned(g, b, node.attributes, "transB")];
  const product = g.node("MatMul", [left, right], node.shape, node.dtype);
  const { alpha } = node.attributes;
  return alpha && "float" in alpha ? binary(g, "Mul", product, cast(g, g.scalar(alpha.float), node.dtype)) : product;
}

/** x with its last two axes exchanged where the attribute says so. */
function turned(g: Graph, x: Node, attributes: Attributes, name: string): Node {
  const flag = attributes[name];
  if (!flag || !("int" in flag) || flag.int === 0) return x;
  const axes = x.shape.map((_, axis) => axis);
  return transpose(g, x, [...axes.slice(0, -2), axes.at(-1)!, axes.at(-2)!]);
}
