/** Every tfjs kernel: how it is recorded, or why it is not. */
import { ACTIVATIONS } from "./kernels-activation.js";
import { BARRIER } from "./kernels-barrier.js";
import { CONSTANTS } from "./kernels-constant.js";
import { CONVOLUTIONS } from "./kernels-conv.js";
import { ELEMENTWISE } from "./kernels-elementwise.js";
import { INDEXED } from "./kernels-index.js";
import { LINEAR } from "./kernels-linear.js";
import { REDUCTIONS } from "./kernels-reduce.js";
import { SHAPES } from "./kernels-shape.js";
import type { Recorders } from "./recorder.js";

export const RECORDERS: Recorders = {
  ...ACTIVATIONS,
  ...BARRIER,
  ...CONSTANTS,
  ...CONVOLUTIONS,
  ...ELEMENTWISE,
  ...INDEXED,
  ...LINEAR,
  ...REDUCTIONS,
  ...SHAPES,
};

/** Reasons, with the kernels they hold for. */
const UNSUPPORTED_FOR: Readonly<Record<string, readonly string[]>> = {
  "its result's shape depends on values": [
    "BroadcastArgs",
    "NonMaxSuppressionV3",
    "NonMaxSuppressionV4",
    "NonMaxSuppressionV5",
    "RaggedGather",
    "RaggedRange",
    "RaggedTensorToTensor",
    "SparseFillEmptyRows",
    "SparseReshape",
    "SparseSegmentMean",
    "SparseSegmentSum",
    "SparseToDense",
    "Unique",
  ],
  "it draws random numbers, which would be the same at every run; draw by a key (nn/dropout)": ["Multinomial"],
  "programs have no complex numbers": ["Complex", "ComplexAbs", "FFT", "IFFT", "Imag", "Real"],
  "programs have no strings": ["StaticRegexReplace", "StringNGrams", "StringSplit", "StringToHashBucketFast"],
  "images are read, drawn and resized before a program, not in it": [
    "CropAndResize",
    "Draw",
    "FromPixels",
    "ResizeBilinear",
    "ResizeBilinearGrad",
    "ResizeNearestNeighbor",
    "ResizeNearestNeighborGrad",
    "RotateWithOffset",
    "Transform",
  ],
  "pooling is not supported; take a mean or a maximum over axes of a reshaped tensor": [
    "AvgPool",
    "AvgPool3D",
    "AvgPool3DGrad",
    "AvgPoolGrad",
    "MaxPool",
    "MaxPool3D",
    "MaxPool3DGrad",
    "MaxPoolGrad",
    "MaxPoolWithArgmax",
    "Pool",
  ],
  "convolutions go over two axes": ["Conv3D", "Conv3DBackpropFilterV2", "Conv3DBackpropInputV2"],
  "no model here needs it": [
    "Atan2",
    "BatchToSpaceND",
    "Bincount",
    "BitwiseAnd",
    "DenseBincount",
    "DepthToSpace",
    "Dilation2D",
    "Dilation2DBackpropFilter",
    "Dilation2DBackpropInput",
    "LRN",
    "LRNGrad",
    "LowerBound",
    "MatrixBandPart",
    "SearchSorted",
    "SpaceToBatchND",
    "UpperBound",
  ],
};

/** Kernels that are not recorded, and why. */
export const UNSUPPORTED: ReadonlyMap<string, string> = new Map(
  Object.entries(UNSUPPORTED_FOR).flatMap(([reason, kernels]) => kernels.map((kernel) => [kernel, reason])),
);
