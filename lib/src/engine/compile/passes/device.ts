/** Operators that a GPU has in place of those that it has not, so that no value goes to the CPU and back in between. */
import type { Device } from "../../session/device.js";
import { binary, unary } from "../ops.js";
import { rewrite } from "../rewrite.js";
import type { Program } from "../trace.js";
import { plainProduct } from "./portable.js";

/**
 * The program for the device. ONNX Runtime's WebGPU provider (1.30) lacks the products that take a batch of matrices
 * transposed, and the disjunction. On the other devices nothing changes.
 */
export function forDevice(program: Program, device: Device): Program {
  if (device !== "webgpu") return program;
  const { graph: g } = program;
  const outputs = rewrite(g, program.outputs, (node) => {
    if (node.op === "FusedMatMul") return plainProduct(g, node);
    if (node.op !== "Or") return undefined;
    const [a, b] = node.inputs.map((input) => unary(g, "Not", input)) as [typeof node, typeof node];
    return unary(g, "Not", binary(g, "And", a, b));
  });
  return { ...program, outputs };
}
