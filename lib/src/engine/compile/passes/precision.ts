/**
 * Mixed precision: products of matrices take and give 16-bit floats, and everything else, with every value that is kept, stays
 * float32 (the division of work of torch.autocast; Micikevicius et al. 2018). Off unless asked for.
 */
import { UserError } from "../../../errors.js";
import type { Device } from "../../session/device.js";
import type { Graph, HalfType, Node } from "../graph.js";
import { cast } from "../ops.js";
import { rewrite } from "../rewrite.js";
import type { Program } from "../trace.js";

/** What products of matrices are computed in. */
export type Precision = "float32" | HalfType;

/** ONNX Runtime's providers with kernels for products of this type; the CPU's are computed as `mixedPrecision` says. */
const DEVICES: Readonly<Record<HalfType, readonly Device[]>> = {
  float16: ["cpu", "webgpu", "cuda"],
  bfloat16: ["cpu", "cuda"],
};

const PRODUCTS = new Set(["Gemm", "MatMul", "FusedMatMul"]);

/** Operators that only move values: they move halves as well. */
const MOVES = new Set(["Reshape", "Transpose", "Slice", "Squeeze", "Unsqueeze"]);

/** Throws a UserError where the device cannot compute products of this type. */
export function checkPrecision(precision: Precision, device: Device): void {
  if (precision === "float32" || DEVICES[precision].includes(device)) return;
  throw new UserError(
    `precision ${precision} is not there on ${device}, only on ${DEVICES[precision].join(" and ")}: choose float16 or float32`,
  );
}

/** The program in this precision, for the device. Throws a UserError where the device cannot compute in it. */
export function inPrecision(program: Program, precision: Precision, device: Device): Program {
  checkPrecision(precision, device);
  if (precision === "float32") return program;
  return { ...program, outputs: mixedPrecision(program.graph, program.outputs, precision, device === "cpu") };
}

/**
 * The program with its products in `half`. ONNX Runtime's CPU provider has no kernels for halves; there (`rounded`) a product
 * is computed in float32 from operands that are rounded to `half`, and its result is rounded too: the numbers of a GPU that
 * adds up in float32, without its speed.
 */
export function mixedPrecision(
  g: Graph,
  outputs: ReadonlyMap<string, Node>,
  half: HalfType,
  rounded: boolean,
): Map<string, Node> {
  return rewrite(g, outputs, (node) => {
    if (!PRODUCTS.has(node.op) || node.dtype !== "float32") return undefined;
    const halves = node.inputs.map((input) => asHalf(g, input, half));
    const operands = rounded ? halves.map((input) => cast(g, input, "float32")) : halves;
    const type = rounded ? "float32" : half;
    const product = g.node(node.op, operands, node.shape, type, node.attributes, node.domain);
    return cast(g, cast(g, product, half), "float32");
  });
}

/** x as halves; where it was made of halves, without a cast. Casts of one value are one node. */
function asHalf(g: Graph, x: Node, half: HalfType): Node {
  if (x.dtype === half) return x;
  if (!madeOf(x, half)) return cast(g, x, half);
  const [moved, ...rest] = x.inputs as [Node, ...Node[]];
  if (x.op === "Cast") return moved;
  return g.node(x.op, [asHalf(g, moved, half), ...rest], x.shape, half, x.attributes, x.domain);
}

/** Whether x is halves that were widened and then at most moved. */
function madeOf(x: Node, half: HalfType): boolean {
  if (x.op === "Cast") return x.dtype === "float32" && x.inputs[0]!.dtype === half;
  return MOVES.has(x.op) && madeOf(x.inputs[0]!, half);
}
