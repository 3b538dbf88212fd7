/** Convolutions over two axes and their gradients, as ONNX's convolutions, which want channels before pixels. */
import { tf } from "../../nn/array.js";
import type { Attributes, Graph, Node } from "./graph.js";
import { biasAndActivation } from "./kernels-activation.js";
import { reshape, slice, transpose } from "./ops.js";
import type { Call, Recorders } from "./recorder.js";

/** Axis by axis (rows, columns): sizes of the input, the window and the output, and how the window goes over the input. */
interface Window {
  readonly input: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly output: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  readonly before: readonly [number, number];
  readonly after: readonly [number, number];
  /** Channels go through filters of their own, `multiplier` for each; 0 for a convolution over all channels. */
  readonly multiplier: number;
}

const CHANNELS_FIRST = [0, 3, 1, 2];
const CHANNELS_LAST = [0, 2, 3, 1];

/** The window of a kernel call whose input has the shape `shape` in the call's own data format. */
function windowOf({ attrs }: Call, shape: readonly number[], filter: readonly number[], depthwise: boolean): Window {
  const info = tf.backend_util.computeConv2DInfo(
    [...shape] as [number, number, number, number],
    [...filter] as [number, number, number, number],
    attrs.strides as [number, number],
    (attrs.dilations as [number, number] | undefined) ?? 1,
    attrs.pad as "same" | "valid" | number,
    attrs.dimRoundingMode as "floor" | undefined,
    depthwise,
    isChannelsFirst(attrs) ? "channelsFirst" : "channelsLast",
  );
  const kernel = [info.filterHeight, info.filterWidth] as const;
  const input = [info.inHeight, info.inWidth] as const;
  const output = [info.outHeight, info.outWidth] as const;
  const strides = [info.strideHeight, info.strideWidth] as const;
  const dilations = [info.dilationHeight, info.dilationWidth] as const;
  const before = [info.padInfo.top, info.padInfo.left] as const;
  // Rounding up reads past the padding that tfjs states.
  const needed = (axis: 0 | 1) => reach(output[axis], kernel[axis], strides[axis], dilations[axis]) - input[axis];
  const after = [
    Math.max(info.padInfo.bottom, needed(0) - before[0]),
    Math.max(info.padInfo.right, needed(1) - before[1]),
  ] as const;
  return { input, kernel, output, strides, dilations, before, after, multiplier: depthwise ? filter[3]! : 0 };
}

/** How many pixels `outputs` windows cover. */
const reach = (outputs: number, kernel: number, stride: number, dilation: number): number =>
  (outputs - 1) * stride + (kernel - 1) * dilation + 1;

const isChannelsFirst = (attrs: Call["attrs"]): boolean => attrs.dataFormat === "NCHW";

const channelsFirst = ({ g, attrs }: Call, x: Node): Node =>
  isChannelsFirst(attrs) ? x : transpose(g, x, CHANNELS_FIRST);

/** Back from channels before pixels to the call's own format. */
const ownFormat = ({ g, attrs }: Call, x: Node): Node => (isChannelsFirst(attrs) ? x : transpose(g, x, CHANNELS_LAST));

function attributes(
  { before, after }: Window,
  strides: readonly number[],
  dilations: readonly number[],
  group: number,
): Attributes {
  return {
    pads: { ints: [...before, ...after] },
    strides: { ints: strides },
    dilations: { ints: dilations },
    group: { int: group },
  };
}

/** [h, w, C, K] as ONNX has filters, [K, C, h, w]; depthwise [h, w, C, m] as [C m, 1, h, w]. */
function onnxFilter(g: Graph, filter: Node, { kernel, multiplier }: Window): Node {
  const turned = transpose(g, filter, multiplier ? [2, 3, 0, 1] : [3, 2, 0, 1]);
  return multiplier ? reshape(g, turned, [turned.shape[0]! * multiplier, 1, ...kernel]) : turned;
}

/** The convolution, channels last where the call's format is NHWC. */
function convolution(call: Call, depthwise: boolean): Node {
  const { g, inputs } = call;
  const { x, filter } = inputs as Record<"x" | "filter", Node>;
  const window = windowOf(call, x.shape, filter.shape, depthwise);
  const source = channelsFirst(call, x);
  const weights = onnxFilter(g, filter, window);
  const shape = [source.shape[0]!, weights.shape[0]!, ...window.output];
  const group = depthwise ? source.shape[1]! : 1;
  const { strides, dilations } = window;
  return g.node("Conv", [source, weights], shape, "float32", attributes(window, strides, dilations, group));
}

/** The gradient by the input: each output pixel is spread over the window it came from. */
function inputGradient(call: Call, depthwise: boolean): Node {
  const { g, inputs, attrs } = call;
  const { dy, filter } = inputs as Record<"dy" | "filter", Node>;
  const inputShape = attrs.inputShape as number[];
  const window = windowOf(call, inputShape, filter.shape, depthwise);
  const { input, kernel, output, strides, dilations, before, after } = window;
  const left = (axis: 0 | 1): number =>
    input[axis] + before[axis] + after[axis] - reach(output[axis], kernel[axis], strides[axis], dilations[axis]);
  const channels = isChannelsFirst(attrs) ? inputShape[1]! : inputShape[3]!;
  const spread = g.node(
    "ConvTranspose",
    [channelsFirst(call, dy), onnxFilter(g, filter, window)],
    [inputShape[0]!, channels, ...input],
    "float32",
    {
      ...attributes(window, strides, dilations, depthwise ? channels : 1),
      output_padding: { ints: [left(0), left(1)] },
    },
  );
  return ownFormat(call, spread);
}

/** The gradient by the filter: a convolution of the input with dy as its filter, videos in the place of channels. */
function filterGradient(call: Call, depthwise: boolean): Node {
  const { g, inputs, attrs } = call;
  const { x, dy } = inputs as Record<"x" | "dy", Node>;
  const window = windowOf(call, x.shape, attrs.filterShape as number[], depthwise);
  const { input, kernel, output, strides, dilations, before, after, multiplier } = window;
  const byChannel = transpose(g, channelsFirst(call, x), [1, 0, 2, 3]);
  const [channels, batch] = byChannel.shape as [number, number];
  const filter = transpose(g, channelsFirst(call, dy), [1, 0, 2, 3]);
  const source = depthwise ? reshape(g, byChannel, [1, channels * batch, ...input]) : byChannel;
  // What is left over at the input's end gives sums beyond the window, which are cut off.
  const size = (axis: 0 | 1): number =>
    Math.floor(
      (input[axis] + before[axis] + after[axis] - reach(output[axis], 1, strides[axis], 1)) / dilations[axis],
    ) + 1;
  const shape = [source.shape[0]!, filter.shape[0]!, size(0), size(1)];
  const group = depthwise ? channels : 1;
  const all = g.node("Conv", [source, filter], shape, "float32", attributes(window, dilations, strides, group));
  const sums = slice(g, all, [0, 0, 0, 0], [shape[0]!, shape[1]!, ...kernel]);
  const own = depthwise ? reshape(g, sums, [channels, multiplier, ...kernel]) : sums;
  return transpose(g, own, [2, 3, 0, 1]);
}

export const CONVOLUTIONS: Recorders = {
  Conv2D: (call) => ownFormat(call, convolution(call, false)),
  Conv2DBackpropInput: (call) => inputGradient(call, false),
  Conv2DBackpropFilter: (call) => filterGradient(call, false),
  DepthwiseConv2dNative: (call) => ownFormat(call, convolution(call, true)),
  DepthwiseConv2dNativeBackpropInput: (call) => inputGradient(call, true),
  DepthwiseConv2dNativeBackpropFilter: (call) => filterGradient(call, true),
  FusedConv2D: (call) => fused(call, false),
  FusedDepthwiseConv2D: (call) => fused(call, true),
};

function fused(call: Call, depthwise: boolean): Node {
  if (isChannelsFirst(call.attrs)) throw new Error("fused convolutions in format NCHW cannot be compiled; use NHWC");
  return biasAndActivation(call, ownFormat(call, convolution(call, depthwise)));
}
