/** An X-CLIP reference case: messages, tokens of every level, video embedding, prompts and logits from weights and inputs. */
import path from "node:path";
import { lastTokens } from "../models/backbone.js";
import { cosineLogits, encodeText } from "../models/clip.js";
import { xclipBackbone } from "../models/xclip-backbone.js";
import { type XclipConfig, xclipConfigOf, xclipShapes } from "../models/xclip-config.js";
import { type Params, type Tensor, tf } from "../nn/array.js";
import { l2Normalize } from "../nn/norm.js";
import { disposeParams } from "../weights/load.js";
import type { Recomputed } from "./case.js";
import { type CaseInputs, loadParams, readInputs, toHosts } from "./inputs.js";

/** Recomputes `outputs` of an X-CLIP case. */
export async function recomputeXclip(dir: string): Promise<Recomputed> {
  const { config, params } = await loadParams(path.join(dir, "weights.safetensors"), xclipConfigOf, xclipShapes);
  const inputs = await readInputs(dir);
  const outputs = tf.tidy(() => xclipOutputs(params, config, inputs));
  const result = { outputs: await toHosts(outputs) };
  tf.dispose([outputs, inputs.pixels, inputs.text.ids, inputs.text.pool]);
  disposeParams(params);
  return result;
}

function xclipOutputs(params: Params, config: XclipConfig, { pixels, text }: CaseInputs): Record<string, Tensor> {
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
