/** A CLIP reference case: every level's tokens, embeddings, logits, losses and gradients from weights and inputs. */
import path from "node:path";
import {
  classTokens,
  cosineLogits,
  encodeText,
  meanOverFrames,
  type Tap,
  visualHead,
  visualTower,
} from "../models/clip.js";
import type { ClipConfig } from "../models/clip-config.js";
import { type Params, type Tensor, tf } from "../nn/array.js";
import { l2Normalize } from "../nn/norm.js";
import { crossEntropy } from "../train/loss.js";
import { disposeParams, loadClip } from "../weights/load.js";
import { type Recomputed, readTensors } from "./case.js";
import { type CaseInputs, readInputs, toHosts } from "./inputs.js";

/** Recomputes `outputs` and, where the case has them, `grads` of a CLIP case. */
export async function recomputeClip(dir: string): Promise<Recomputed> {
  const { config, params } = await loadClip(path.join(dir, "weights.safetensors"));
  const inputs = await readInputs(dir);
  const outputs = tf.tidy(() => clipOutputs(params, config, inputs));
  const expectedGrads = await readTensors(dir, "grads");
  const grads = expectedGrads && inputs.labels ? clipGradients(params, config, inputs) : {};
  const result = { outputs: await toHosts(outputs), grads: await toHosts(grads) };
  tf.dispose([outputs, grads, inputs.pixels, inputs.text.ids, inputs.text.pool]);
  inputs.labels?.dispose();
  disposeParams(params);
  return result;
}

/** Video features [B, E] and text features [K, E], neither normalised, with the frame features [B, T, E]. */
function encode(params: Params, config: ClipConfig, { pixels, text }: CaseInputs, tap?: Tap) {
  const [videos, frames, ...rest] = pixels.shape as [number, number, number, number, number];
  const levels = visualTower(params, config, tf.reshape(pixels, [videos * frames, ...rest]), tap);
  const flat = visualHead(params, classTokens(levels.at(-1)!), tap);
  const imageFeatures = tf.reshape(flat, [videos, frames, config.embedDim]);
  return { imageFeatures, video: meanOverFrames(imageFeatures), text: encodeText(params, config, text, tap) };
}

function clipOutputs(params: Params, config: ClipConfig, inputs: CaseInputs): Record<string, Tensor> {
  const out: Record<string, Tensor> = {};
  const { imageFeatures, video, text } = encode(params, config, inputs, (name, value) => {
    out[name] = tf.clone(value);
  });
  const [videos, frames] = inputs.pixels.shape as [number, number];
  const perImage = cosineLogits(params, tf.reshape(imageFeatures, [videos * frames, -1]), text);
  const videoLogits = cosineLogits(params, video, text);
  const meanFrameLogits = tf.mean(tf.reshape(perImage, [videos, frames, -1]), 1);
  Object.assign(out, {
    image_features: imageFeatures,
    text_features: text,
    image_features_normalized: l2Normalize(imageFeatures),
    text_features_normalized: l2Normalize(text),
    logits_per_image: perImage,
    logits_per_text: tf.transpose(perImage),
    video_features_mean: video,
    video_logits: videoLogits,
    mean_frame_logits: meanFrameLogits,
  });
  if (inputs.labels) {
    out.loss_video_logits = crossEntropy(videoLogits, inputs.labels);
    out.loss_mean_frame_logits = crossEntropy(meanFrameLogits, inputs.labels);
  }
  return out;
}

/** d loss_video_logits / d parameter, for every parameter. */
function clipGradients(params: Params, config: ClipConfig, inputs: CaseInputs): Record<string, Tensor> {
  const names = Object.keys(params);
  const loss = (...values: Tensor[]): Tensor => {
    const current = Object.fromEntries(names.map((name, at) => [name, values[at]!]));
    const { video, text } = encode(current, config, inputs);
    return crossEntropy(cosineLogits(current, video, text), inputs.labels!);
  };
  const grads = tf.grads(loss)(names.map((name) => params[name]!));
  return Object.fromEntries(names.map((name, at) => [name, grads[at]!]));
}
