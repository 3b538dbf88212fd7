/** A recogniser from pixels to class scores, recorded: what an exported file computes. */
import { type InputSpec, type Program, trace } from "../engine/compile/trace.js";
import { leavesOf, type Value } from "../engine/compile/tree.js";
import type { TextValues } from "../features/text.js";
import type { TextBatch } from "../models/clip.js";
import { type RecognizerConfig, recognize, type TextTokens, textTokens, videoTokens } from "../models/recognizer.js";
import { fusedLevels } from "../models/vghif.js";
import { type Params, type Tensor, tf } from "../nn/array.js";

interface Inputs {
  readonly params: Params;
  /** Normalised frames [B, T, 3, S, S]. */
  readonly pixels: Tensor;
  /** Classes whose text side was computed before; or */
  readonly text?: TextTokens;
  /** int32 [K, L]. */
  readonly token_ids?: Tensor;
}

export interface RecordOptions {
  readonly frames: number;
  readonly videos: number;
  readonly maps: boolean;
}

/**
 * Records the recogniser. Inputs by path: "params/<name>" and "text/<name>", which are constant in use; "pixels"; without
 * computed texts "token_ids". Outputs: "logits", and with maps "maps/map_pass<p>_block<b>" (1-based). Values are not read.
 */
export function recordRecognizer(
  { config, params }: { readonly config: RecognizerConfig; readonly params: Params },
  text: TextValues | { readonly count: number },
  { frames, videos, maps }: RecordOptions,
): Program {
  const { imageResolution: size, contextLength } = config.backbone.config;
  const classes = isCount(text) ? { token_ids: like(Int32Array, [text.count, contextLength]) } : { text };
  const example = { params, pixels: like(Float32Array, [videos, frames, 3, size, size]), ...classes };
  const specs = new Map(
    [...leavesOf(example)].map(([path, { shape }]): [string, InputSpec] => [
      path,
      { shape, dtype: path === "token_ids" ? "int32" : "float32" },
    ]),
  );
  return trace((inputs: Inputs) => recognizerOutputs(config, inputs, maps), example, specs);
}

const isCount = (text: TextValues | { readonly count: number }): text is { readonly count: number } =>
  typeof text.count === "number";

/** A value of this shape for recording alone: it holds nothing. */
const like = (type: Float32ArrayConstructor | Int32ArrayConstructor, shape: readonly number[]): Value => ({
  data: new type(0),
  shape,
});

function recognizerOutputs(config: RecognizerConfig, { params, pixels, text, token_ids }: Inputs, withMaps: boolean) {
  const blocks = config.vghif ? fusedLevels(config.vghif, config.backbone.config.visionLayers) : [];
  const classes = text ?? textTokens(params, config, pooledBatch(token_ids!));
  const { logits, maps } = recognize(params, config, videoTokens(params, config, pixels), classes);
  if (!withMaps) return { logits };
  const named = maps.map(({ pass, level, map }) => [`map_pass${pass + 1}_block${blocks[level]}`, map] as const);
  return { logits, maps: Object.fromEntries(named) };
}

/** Token ids with the place of each row's pooled token, as `textBatch` finds it: the first of the largest id. */
function pooledBatch(ids: Tensor): TextBatch {
  const end = tf.argMax(ids, 1) as tf.Tensor1D;
  return { ids, pool: tf.expandDims(tf.cast(tf.oneHot(end, ids.shape[1]!), "float32"), -1) }; // [K, L, 1]
}
