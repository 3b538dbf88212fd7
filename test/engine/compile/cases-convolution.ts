/** Convolutions of every padding, step and format, and what tfjs fuses with them. */
import { type Tensor, tf } from "vghif/dist/nn/array.js";
import type { OpCase } from "../op-case.js";
import { fixed } from "./case-parts.js";

const conv = (
  name: string,
  x: [number, number, number, number],
  filter: [number, number, number, number],
  fn: (x: tf.Tensor4D, filter: tf.Tensor4D) => Tensor,
  options: Partial<OpCase> = {},
): OpCase => ({ name, shapes: [x, filter], fn: fn as OpCase["fn"], ...options });

export const CONVOLUTIONS: readonly OpCase[] = [
  conv("conv2d valid", [2, 7, 5, 3], [3, 2, 3, 11], (x, w) => tf.conv2d(x, w, 1, "valid")),
  conv("conv2d same", [2, 7, 5, 3], [3, 2, 3, 11], (x, w) => tf.conv2d(x, w, 1, "same")),
  conv("conv2d in steps, with rest", [2, 11, 8, 3], [3, 2, 3, 5], (x, w) => tf.conv2d(x, w, [3, 2], "valid")),
  conv("conv2d same in steps", [2, 11, 8, 3], [3, 3, 3, 5], (x, w) => tf.conv2d(x, w, [3, 2], "same")),
  conv("conv2d of patches", [2, 13, 10, 3], [5, 5, 3, 7], (x, w) => tf.conv2d(x, w, 5, "valid")),
  conv("conv2d padded", [2, 7, 5, 3], [3, 2, 3, 11], (x, w) => tf.conv2d(x, w, 2, 2)),
  conv(
    "conv2d with explicit padding, rounded up",
    [1, 8, 7, 2],
    [3, 3, 2, 5],
    (x, w) =>
      tf.conv2d(
        x,
        w,
        2,
        [
          [0, 0],
          [1, 0],
          [0, 2],
          [0, 0],
        ],
        "NHWC",
        1,
        "ceil",
      ),
    fixed,
  ),
  conv("conv2d dilated", [2, 11, 7, 3], [3, 2, 3, 5], (x, w) => tf.conv2d(x, w, 1, "valid", "NHWC", [2, 3]), fixed),
  conv("conv2d channels first", [2, 3, 7, 5], [3, 2, 3, 11], (x, w) => tf.conv2d(x, w, 1, "valid", "NCHW"), fixed),
  conv("conv2d 1 x 1", [2, 7, 5, 3], [1, 1, 3, 11], (x, w) => tf.conv2d(x, w, 1, "same")),
  conv("conv2d transposed", [2, 5, 4, 3], [3, 2, 7, 3], (x, w) => tf.conv2dTranspose(x, w, [2, 11, 8, 7], 2, "valid")),
  {
    name: "conv1d",
    shapes: [
      [2, 11, 3],
      [3, 3, 5],
    ],
    fn: (x, w) => tf.conv1d(x as tf.Tensor3D, w as tf.Tensor3D, 2, "same"),
  },
  conv("depthwise conv", [2, 7, 5, 3], [3, 2, 3, 2], (x, w) => tf.depthwiseConv2d(x, w, 1, "same")),
  conv("depthwise conv in steps", [2, 11, 8, 3], [3, 3, 3, 2], (x, w) => tf.depthwiseConv2d(x, w, 2, "valid")),
  conv(
    "depthwise conv dilated",
    [2, 11, 9, 3],
    [3, 3, 3, 1],
    (x, w) => tf.depthwiseConv2d(x, w, 1, "same", "NHWC", 2),
    fixed,
  ),
  {
    name: "separable conv",
    shapes: [
      [2, 7, 5, 3],
      [3, 3, 3, 2],
      [1, 1, 6, 5],
    ],
    fn: (x, deep, wide) => tf.separableConv2d(x as tf.Tensor4D, deep as tf.Tensor4D, wide as tf.Tensor4D, 1, "same"),
  },
  ...(["linear", "relu", "relu6", "elu", "leakyrelu", "prelu", "sigmoid"] as const).flatMap((activation): OpCase[] => {
    const tail = { activation, leakyreluAlpha: 0.3, strides: 1, pad: "same" as const };
    return [
      {
        name: `fused conv, ${activation}`,
        shapes: [[2, 7, 5, 3], [3, 2, 3, 5], [5], [5]],
        differentiable: false,
        fn: (x, filter, bias, alpha) =>
          tf.fused.conv2d({
            ...tail,
            x: x as tf.Tensor4D,
            filter: filter as tf.Tensor4D,
            bias,
            ...(activation === "prelu" ? { preluActivationWeights: alpha } : {}),
          }),
      },
      {
        name: `fused matMul, ${activation}`,
        shapes: [[7, 5], [3, 5], [3], [3]],
        differentiable: false,
        fn: (a, b, bias, alpha) =>
          tf.fused.matMul({
            a,
            b,
            transposeB: true,
            bias,
            activation,
            leakyreluAlpha: 0.3,
            ...(activation === "prelu" ? { preluActivationWeights: alpha } : {}),
          }),
      },
    ];
  }),
  {
    name: "fused conv with its gradient",
    shapes: [[2, 7, 5, 3], [3, 2, 3, 5], [5]],
    fn: (x, filter, bias) =>
      tf.fused.conv2d({ x: x as tf.Tensor4D, filter: filter as tf.Tensor4D, bias, strides: 2, pad: "same" }),
  },
];
