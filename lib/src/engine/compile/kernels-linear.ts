/** Products of matrices. */
import type { Node } from "./graph.js";
import { biasAndActivation } from "./kernels-activation.js";
import { matMul } from "./ops.js";
import type { Call, Recorders } from "./recorder.js";

function product({ g, inputs, attrs }: Call): Node {
  return matMul(g, inputs.a!, inputs.b!, attrs.transposeA === true, attrs.transposeB === true);
}

export const LINEAR: Recorders = {
  BatchMatMul: product,
  _FusedMatMul: (call) => biasAndActivation(call, product(call)),
  Einsum: ({ g, list, attrs }) => {
    const equation = (attrs.equation as string).replace(/\s/g, "");
    const [terms, result] = equation.split("->") as [string, string];
    const sizes = new Map<string, number>();
    for (const [i, term] of terms.split(",").entries()) {
      for (const [axis, letter] of [...term].entries()) sizes.set(letter, list[i]!.shape[axis]!);
    }
    const shape = [...result].map((letter) => sizes.get(letter)!);
    return g.node("Einsum", list, shape, list[0]!.dtype, { equation: { text: equation } });
  },
};
