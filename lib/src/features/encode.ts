/** A frozen visual tower as a function of a clip's pixels, compiled once a tower or run op by op. */
import { type Compiled, compile } from "../engine/compile/compile.js";
import { compiles } from "../engine/index.js";
import { lastTokens, type VideoTextBackbone } from "../models/backbone.js";
import type { RecognizerConfig } from "../models/recognizer.js";
import { selectTokens } from "../models/vghif.js";
import { type Params, type Tensor, tf, tidy } from "../nn/array.js";
import { toHost } from "../weights/load.js";
import type { HostTensor } from "../weights/safetensors.js";
import type { VideoFeature } from "./cache.js";

/** A loaded visual tower and what identifies it. */
export interface Tower {
  readonly backbone: VideoTextBackbone;
  readonly params: Params;
  /** Of everything that decides the tower's parameters: the weights file's SHA-256, or a hash of it and of how the rest started. */
  readonly hash: string;
}

/** Which tokens of each level are kept: class tokens and the patches' mean over time, or every token of every frame. */
export type KeptTokens = "cls+patch" | "all";

/** Those that this recogniser needs. */
export function keptTokens({ vghif }: RecognizerConfig): KeptTokens {
  return vghif?.select === "all" ? "all" : "cls+patch";
}

type ClipTensors = { pixels: Tensor };

type Programs = Map<KeptTokens, Promise<Compiled<ClipTensors, Record<string, Tensor>>>>;

/** Compiled towers live as long as the tower itself. */
const programs = new WeakMap<Tower, Programs>();

/** pixels [T, 3, S, S], normalised -> the clip's features. */
export async function encodeClip(
  tower: Tower,
  pixels: Float32Array,
  frames: number,
  tokens: KeptTokens,
): Promise<VideoFeature> {
  const size = tower.backbone.config.imageResolution;
  const shape = [frames, 3, size, size];
  const encode = ({ pixels: clip }: ClipTensors): Record<string, Tensor> => namedTokens(tower, clip, tokens);
  if (!compiles()) {
    const named = tidy(() => encode({ pixels: tf.tensor(pixels, shape) }));
    const feature = new Map<string, HostTensor>();
    for (const [name, tensor] of Object.entries(named)) feature.set(name, await toHost(tensor));
    tf.dispose(named);
    return feature;
  }
  const own: Programs = programs.get(tower) ?? new Map();
  programs.set(tower, own);
  const input = { pixels: { data: pixels, shape } };
  if (!own.has(tokens)) own.set(tokens, compile<ClipTensors, Record<string, Tensor>>(encode, input));
  const values = await (await own.get(tokens)!).run(input);
  return new Map(
    Object.entries(values).map(([name, { data, shape: axes }]) => [
      name,
      { dtype: "F32", shape: [...axes], data } as HostTensor,
    ]),
  );
}

/**
 * pixels [V * T, 3, S, S] of V views -> their features in one: of one view as `encodeClip` gives them, of several under
 * `viewName`.
 */
export async function encodeViews(
  tower: Tower,
  pixels: Float32Array,
  frames: number,
  tokens: KeptTokens,
): Promise<VideoFeature> {
  const view = frames * 3 * tower.backbone.config.imageResolution ** 2;
  if (pixels.length === view) return encodeClip(tower, pixels, frames, tokens);
  const all = new Map<string, HostTensor>();
  for (let n = 0; n * view < pixels.length; n++) {
    const feature = await encodeClip(tower, pixels.slice(n * view, (n + 1) * view), frames, tokens);
    for (const [name, tensor] of feature) all.set(viewName(n, name), tensor);
  }
  return all;
}

/** The name of a view's tensor in a feature of several views. */
function viewName(view: number, name: string): string {
  return `view.${view}.${name}`;
}

/** The features of one view of a feature that holds `views`. */
export function viewOf(feature: VideoFeature, view: number, views: number): VideoFeature {
  if (views === 1) return feature;
  const prefix = viewName(view, "");
  const own = [...feature].filter(([name]) => name.startsWith(prefix));
  return new Map(own.map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}

/**
 * "cls" [T, D] of the last block, and "patches" [T, N, D] where the head looks at them; "level.<n>.cls" [T, D] and
 * "level.<n>.patch" [N, D], or "level.<n>.all" [T(1+N), D].
 */
function namedTokens({ backbone, params }: Tower, pixels: Tensor, tokens: KeptTokens): Record<string, Tensor> {
  const blocks = backbone.visualLevels(params, tf.expandDims(pixels, 0));
  const { cls, patches } = lastTokens(blocks, backbone.needsPatches);
  const out: Record<string, Tensor> = { cls: tf.squeeze(cls, [0]) };
  if (patches) out.patches = tf.squeeze(patches, [0]);
  for (const [block, video] of blocks.entries()) {
    for (const part of tokens === "all" ? (["all"] as const) : (["cls", "patch"] as const)) {
      out[`level.${block + 1}.${part}`] = tf.squeeze(selectTokens(video, part), [0]);
    }
  }
  return out;
}
