/** Parameters and multiply-accumulates of a recogniser of any size, from its shapes alone: no weights, no memory. */
import { type InputSpec, trace } from "../../engine/compile/trace.js";
import type { Value } from "../../engine/compile/tree.js";
import type { Shapes, VideoTextBackbone } from "../../models/backbone.js";
import { recognize, videoTokens } from "../../models/recognizer.js";
import type { VghifConfig } from "../../models/vghif-config.js";
import { fusionShapes } from "../../models/vghif-params.js";
import type { Tensor } from "../../nn/array.js";
import { multiplyAccumulates } from "./products.js";

export interface Count {
  /** Numbers of all parameters, both towers. */
  readonly parameters: number;
  /** Of one video, from frames to class scores, the class texts' tower having run before. */
  readonly multiplyAccumulates: number;
}

/** What a recogniser's program takes. */
interface Inputs {
  readonly params: Readonly<Record<string, Tensor>>;
  /** [1, T, 3, h, w] */
  readonly pixels: Tensor;
  /** What the text tower made of the classes [K, W]. */
  readonly pooled: Tensor;
}

/** Counts a backbone, or its twin with this fusion. The engine must have been started. */
export function countRecognizer(
  backbone: VideoTextBackbone,
  vghif: VghifConfig | null,
  frames: number,
  classes: number,
): Count {
  const { imageResolution: size, textWidth } = backbone.config;
  const shapes: Shapes = new Map([...backbone.shapes, ...(vghif ? fusionShapes(vghif, backbone.config) : [])]);
  const example = {
    params: Object.fromEntries([...shapes].map(([name, shape]) => [name, unfilled(shape)])),
    pixels: unfilled([1, frames, 3, size, size]),
    pooled: unfilled([classes, textWidth]),
  };
  const program = trace(
    ({ params, pixels, pooled }: Inputs) => {
      const config = { backbone, vghif };
      return { logits: recognize(params, config, videoTokens(params, config, pixels), { pooled }).logits };
    },
    example,
    specsOf(example),
  );
  return {
    parameters: [...shapes.values()].reduce((sum, shape) => sum + sizeOf(shape), 0),
    multiplyAccumulates: multiplyAccumulates(program, "pixels"),
  };
}

/** A leaf of this shape without its values, which a recording does not read. */
function unfilled(shape: readonly number[]): Value {
  return { data: new Float32Array(0), shape };
}

function specsOf({
  params,
  pixels,
  pooled,
}: {
  readonly params: Readonly<Record<string, Value>>;
  readonly pixels: Value;
  readonly pooled: Value;
}): Map<string, InputSpec> {
  const spec = ({ shape }: Value): InputSpec => ({ shape, dtype: "float32" });
  return new Map([
    ...Object.entries(params).map(([name, value]) => [`params/${name}`, spec(value)] as const),
    ["pixels", spec(pixels)],
    ["pooled", spec(pooled)],
  ]);
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
