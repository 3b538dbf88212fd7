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
import { type Tensor, tf } from "../nn/array.js";
import { l2Normalize } from "../nn/norm.js";
import { crossEntropy } from "../train/loss.js";
import { loadClip } from "../weights/load.js";
import { type Recomputed, readTensors } from "./case.js";
import { computed, hostsOf, type Mode } from "./compute.js";
import { disposeInputs, type ModelInputs, readInputs } from "./inputs.js";

/** Recomputes `outputs` and, where the case has them, `grads` of a CLIP case. */
export async function recomputeClip(dir: string, mode: Mode): Promise<Recomputed> {
  const { config, params } = await loadClip(path.join(dir, "weights.safetensors"));
  const inputs = { params, ...(await readInputs(dir)).inputs };
  const wantsGrads = (await readTensors(dir, "grads")) !== null && inputs.labels !== undefined;
  const program = (given: ModelInputs) => ({
    outputs: clipOutputs(config, given),
    grads: wantsGrads ? clipGradients(config, given) : {},
  });
  const { outputs, grads } = await computed(program, inputs, mode);
  disposeInputs(inputs);
  return { outputs: hostsOf(outputs), grads: hostsOf(grads) };
}

/** Video features [B, E] and text features [K, E], neither normalised, with the frame features [B, T, E]. */
function encode(config: ClipConfig, { params, pixels, text }: ModelInputs, tap?: Tap) {
  const [videos, frames, ...rest] = pixels.shape as [number, number, number, number, number];
  const levels = visualTower(params, config, tf.reshape(pixels, [videos * frames, ...rest]), tap);
  const flat = visualHead(params, classTokens(levels.at(-1)!), tap);
  const imageFeatures = tf.reshape(flat, [videos, frames, config.embedDim]);
  return { imageFeatures, video: meanOverFrames(imageFeatures), text: encodeText(params, config, text, tap) };
}

function clipOutputs(config: ClipConfig, inputs: ModelInputs): Record<string, Tensor> {
  const { params } = inputs;
  const out: Record<string, Tensor> = {};
  const { imageFeatures, video, text } = encode(config, inputs, (name, value) => {
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
function clipGradients(config: ClipConfig, inputs: ModelInputs): Record<string, Tensor> {
  const names = Object.keys(inputs.params);
  const loss = (...values: Tensor[]): Tensor => {
    const current = Object.fromEntries(names.map((name, at) => [name, values[at]!]));
    const { video, text } = encode(config, { ...inputs, params: current });
    return crossEntropy(cosineLogits(current, video, text), inputs.labels!);
  };
  const grads = tf.grads(loss)(names.map((name) => inputs.params[name]!));
  return Object.fromEntries(names.map((name, at) => [name, grads[at]!]));
}
