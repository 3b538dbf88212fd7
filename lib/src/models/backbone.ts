/**
 * What a video-text model must offer so that recognisers, caches, recipes and VgHIF work with it. One file a family makes
 * one of these from its sizes; parameters come in at every call, by name.
 */
import { type Params, type Tensor, tf } from "../nn/array.js";
import type { BetweenBlocks, Tap, TextBatch } from "./clip.js";
import type { ClipConfig } from "./clip-config.js";

export type Shapes = ReadonlyMap<string, readonly number[]>;

/** Tokens of the visual tower's last block, as the head needs them. */
export interface LastTokens {
  /** Class tokens [B, T, D]. */
  readonly cls: Tensor;
  /** Patch tokens [B, T, N, D]; only where the family's head looks at them (`needsPatches`). */
  readonly patches?: Tensor;
}

export interface EmbeddedVideo {
  /** The video's embedding, not normalised [B, E]. */
  readonly video: Tensor;
  /** What the family's own text conditioning looks at; its shape is the family's. */
  readonly context?: Tensor;
}

/** Which parameters a mode of training changes, beside a fusion's own. */
export type BackboneGroup =
  /** What stands after the towers: towers can be run once and cached. */
  | "head"
  /** What the family adds to CLIP, wherever it stands: prompts, messages, temporal modules. */
  | "added"
  /** Everything but the text tower, its tokens and the logit scale (X-CLIP's official rule). */
  | "visual"
  /** Every parameter. */
  | "all";

export interface VideoTextBackbone {
  /** As in specs and metadata: "clip", "xclip", "vificlip", "actionclip". */
  readonly family: string;
  /** Sizes of the two towers, with whatever the family adds; JSON. */
  readonly config: ClipConfig;
  /** Frames a video that the parameters are made for; null: any number. */
  readonly frames: number | null;
  /** Every parameter by name. */
  readonly shapes: Shapes;
  /** The parameters that a CLIP checkpoint does not hold. */
  readonly added: Shapes;
  /** Whether a parameter takes part in training of this group. */
  readonly inGroup: (name: string, group: BackboneGroup) => boolean;
  /** Whether `embedVideo` looks at the last block's patch tokens. */
  readonly needsPatches: boolean;
  /** Learned tokens that stand in place of a prompt's first words; 0 where prompts are plain text. */
  readonly textContext: number;

  /** Normalised RGB frames [B, T, 3, h, w] -> tokens after each block, shallow to deep: [B, T, 1+N, D] each. */
  visualLevels(params: Params, pixels: Tensor, tap?: Tap): Tensor[];
  /** The video's embedding from the last block's tokens. */
  embedVideo(params: Params, last: LastTokens, tap?: Tap): EmbeddedVideo;
  /** What enters the first text block: [K, L, W]. */
  embedText(params: Params, text: TextBatch, tap?: Tap): Tensor;
  /** What happens to the text tokens between blocks; undefined: nothing. */
  betweenTextBlocks(params: Params): BetweenBlocks | undefined;
  /** The family's own conditioning of text embeddings [B, K, E] on their video; CLIP returns them as they are. */
  conditionText(params: Params, text: Tensor, video: EmbeddedVideo, tap?: Tap): Tensor;
}

/** The tower whose tokens a parameter takes part in; null for one that stands after the towers. */
export function towerOf({ inGroup }: VideoTextBackbone, name: string): "visual" | "text" | null {
  if (inGroup(name, "head")) return null;
  return name.startsWith("visual.") ? "visual" : "text";
}

/** The last block's tokens out of a tower's levels [B, T, 1+N, D]. */
export function lastTokens(levels: readonly Tensor[], patches: boolean): LastTokens {
  const last = levels.at(-1)!;
  const [videos, frames, length, width] = last.shape as [number, number, number, number];
  const cls = tf.reshape(tf.slice(last, [0, 0, 0, 0], [-1, -1, 1, -1]), [videos, frames, width]);
  return patches ? { cls, patches: tf.slice(last, [0, 0, 1, 0], [-1, -1, length - 1, -1]) } : { cls };
}
