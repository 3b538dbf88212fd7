/** An X-CLIP reference case: messages, tokens of every level, video embedding, prompts and logits from weights and inputs. */
import path from "node:path";
import { lastTokens } from "../models/backbone.js";
import { cosineLogits, encodeText } from "../models/clip.js";
import { xclipBackbone } from "../models/xclip-backbone.js";
import { type XclipConfig, xclipConfigOf, xclipShapes } from "../models/xclip-config.js";
import { type Tensor, tf } from "../nn/array.js";
import { l2Normalize } from "../nn/norm.js";
import type { Recomputed } from "./case.js";
import { computed, hostsOf, type Mode } from "./compute.js";
import { disposeInputs, loadParams, type ModelInputs, readInputs } from "./inputs.js";

/** Recomputes `outputs` of an X-CLIP case. */
export async function recomputeXclip(dir: string, mode: Mode): Promise<Recomputed> {
  const { config, params } = await loadParams(path.join(dir, "weights.safetensors"), xclipConfigOf, xclipShapes);
  const inputs = { params, ...(await readInputs(dir)).inputs };
  const outputs = await computed((given: ModelInputs) => xclipOutputs(config, given), inputs, mode);
  disposeInputs(inputs);
  return { outputs: hostsOf(outputs) };
}

function xclipOutputs(config: XclipConfig, { params, pixels, text }: ModelInputs): Record<string, Tensor> {
  const out: Record<string, Tensor> = {};
  const tap = (name: string, value: Tensor): void => {
    out[name] = tf.clone(value);
  };
  const backbone = xclipBackbone(config);
  const embedded = backbone.embedVideo(params, lastTokens(backbone.visualLevels(params, pixels, tap), true), tap);
  const { video } = embedded;
  const textFeatures = encodeText(params, config, text, tap);
  const repeated = tf.tile(tf.expandDims(textFeatures, 0), [pixels.shape[0]!, 1, 1]);
  const prompted = backbone.conditionText(params, repeated, embedded, tap);
  return {
    ...out,
    video_features: video,
    text_features: textFeatures,
    text_features_prompted: prompted,
    video_features_normalized: l2Normalize(video),
    text_features_prompted_normalized: l2Normalize(prompted),
    logits: cosineLogits(params, video, prompted),
  };
}
