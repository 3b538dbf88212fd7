/** A ViFi-CLIP reference case, plain or with prompts: tokens of every level, embeddings and logits from weights and inputs. */
import path from "node:path";
import { UserError } from "../errors.js";
import { classTokens, cosineLogits, meanOverFrames, visualHead } from "../models/clip.js";
import { encodePromptedText, promptedVisualTower } from "../models/vificlip.js";
import { type VificlipConfig, vificlipConfigOf, vificlipName, vificlipShapes } from "../models/vificlip-config.js";
import { type Params, type Tensor, tf } from "../nn/array.js";
import { l2Normalize } from "../nn/norm.js";
import { checkShapes, toTensor } from "../weights/load.js";
import { TOKEN_TABLE } from "../weights/model.js";
import { type HostTensors, needTensors, type Recomputed } from "./case.js";
import { computed, hostsOf, type Mode } from "./compute.js";
import { disposeInputs, type ModelInputs, readInputs } from "./inputs.js";

/** Recomputes `outputs` of a ViFi-CLIP case. */
export async function recomputeVificlip(dir: string, mode: Mode): Promise<Recomputed> {
  const { inputs: given, host } = await readInputs(dir);
  const { config, params } = await loadCase(dir, host);
  const inputs = { params, ...given };
  const outputs = await computed((all: ModelInputs) => vificlipOutputs(config, all), inputs, mode);
  disposeInputs(inputs);
  return { outputs: hostsOf(outputs) };
}

/** The state dict in CLIP's names, with the token table that the case gives among its inputs. */
async function loadCase(dir: string, inputs: HostTensors): Promise<{ config: VificlipConfig; params: Params }> {
  const file = path.join(dir, "weights.safetensors");
  const table = inputs.get(`clip.${TOKEN_TABLE}`);
  if (!table) throw new UserError(`${dir}: inputs need "clip.${TOKEN_TABLE}", which a ViFi-CLIP state dict lacks`);
  const named = new Map([[TOKEN_TABLE, table]]);
  for (const [official, tensor] of await needTensors(dir, "weights")) {
    const name = vificlipName(official);
    if (name !== null) named.set(name, tensor);
  }
  const shapes = new Map([...named].map(([name, { shape }]) => [name, shape] as const));
  const config = vificlipConfigOf(shapes);
  checkShapes(file, shapes, vificlipShapes(config));
  return { config, params: Object.fromEntries([...named].map(([name, host]) => [name, toTensor(host)])) };
}

function vificlipOutputs(config: VificlipConfig, { params, pixels, text }: ModelInputs): Record<string, Tensor> {
  const out: Record<string, Tensor> = {};
  const tap = (name: string, value: Tensor): void => {
    out[name] = tf.clone(value);
  };
  const [videos, frames, ...rest] = pixels.shape as [number, number, number, number, number];
  const levels = promptedVisualTower(params, config, tf.reshape(pixels, [videos * frames, ...rest]), tap);
  const frameFeatures = tf.reshape(visualHead(params, classTokens(levels.at(-1)!), tap), [videos, frames, -1]);
  const video = meanOverFrames(frameFeatures);
  const textFeatures = encodePromptedText(params, config, text, tap);
  return {
    ...out,
    frame_features: frameFeatures,
    text_features: textFeatures,
    video_features: video,
    video_features_normalized: l2Normalize(video),
    text_features_normalized: l2Normalize(textFeatures),
    logits: cosineLogits(params, video, textFeatures),
  };
}
