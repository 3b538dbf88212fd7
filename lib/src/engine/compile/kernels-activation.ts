/** Activation kernels, and what follows a product or a convolution in tfjs's fused kernels. */
import type { Graph, Node } from "./graph.js";
import { binary, unary, where } from "./ops.js";
import type { Call, Recorder, Recorders } from "./recorder.js";

const one =
  (op: string): Recorder =>
  ({ g, list }) =>
    unary(g, op, list[0]!);

/** x, and alpha x where x is below 0. */
function leaky(g: Graph, x: Node, alpha: Node): Node {
  return where(g, binary(g, "Less", x, g.scalar(0, x.dtype), "bool"), binary(g, "Mul", x, alpha), x);
}

function relu6(g: Graph, x: Node): Node {
  return binary(g, "Min", unary(g, "Relu", x), g.scalar(6, x.dtype));
}

export const ACTIVATIONS: Recorders = {
  Elu: one("Elu"),
  Relu: one("Relu"),
  Selu: one("Selu"),
  Sigmoid: one("Sigmoid"),
  Softplus: one("Softplus"),
  Tanh: one("Tanh"),
  Relu6: ({ g, inputs }) => relu6(g, inputs.x!),
  LeakyRelu: ({ g, inputs, attrs }) => leaky(g, inputs.x!, g.scalar(attrs.alpha as number)),
  Prelu: ({ g, inputs }) => leaky(g, inputs.x!, inputs.alpha!),
  EluGrad: ({ g, inputs }) => {
    const { dy, y } = inputs as Record<"dy" | "y", Node>;
    const below = binary(g, "Mul", dy, binary(g, "Add", y, g.scalar(1)));
    return where(g, binary(g, "Less", y, g.scalar(0), "bool"), below, dy);
  },
};

/** The bias and the activation that a fused kernel applies to `x`, its channels last. */
export function biasAndActivation({ g, inputs, attrs }: Call, x: Node): Node {
  const biased = inputs.bias ? binary(g, "Add", x, inputs.bias) : x;
  const activation = (attrs.activation as string | undefined) ?? "linear";
  switch (activation) {
    case "linear":
      return biased;
    case "relu6":
      return relu6(g, biased);
    case "leakyrelu":
      return leaky(g, biased, g.scalar(attrs.leakyreluAlpha as number));
    case "prelu":
      return leaky(g, biased, inputs.preluActivationWeights!);
    default: {
      const op = { elu: "Elu", relu: "Relu", sigmoid: "Sigmoid" }[activation];
      if (!op) throw new Error(`activation "${activation}" of a fused op cannot be compiled`);
      return unary(g, op, biased);
    }
  }
}
