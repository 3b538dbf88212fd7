/** Products of matrices. */

import { binary, matMul, unary } from "./ops.js";
import type { Recorders } from "./recorder.js";

export const LINEAR: Recorders = {
  BatchMatMul: ({ g, inputs, attrs }) =>
    matMul(g, inputs.a!, inputs.b!, attrs.transposeA === true, attrs.transposeB === true),
  _FusedMatMul: ({ g, inputs, attrs }) => {
    const product = matMul(g, inputs.a!, inputs.b!, attrs.transposeA === true, attrs.transposeB === true);
    const biased = inputs.bias ? binary(g, "Add", product, inputs.bias) : product;
    const activation = (attrs.activation as string | undefined) ?? "linear";
    if (activation === "linear") return biased;
    const op = { relu: "Relu", sigmoid: "Sigmoid" }[activation];
    if (!op) throw new Error(`tf.fused.matMul with activation "${activation}" cannot be compiled`);
    return unary(g, op, biased);
  },
};
