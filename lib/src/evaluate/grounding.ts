/** Attention over a level's visual tokens, taken apart into space and time. */
import { patchCount } from "../models/clip-config.js";
import type { RecognizerConfig } from "../models/recognizer.js";
import type { LabelAttention } from "./classify.js";

/** Where one label's text looked at one visit of the fusion. Weights as the attention gave them: together they sum to 1. */
export interface Grounding {
  readonly pass: number;
  /** Block of the visual encoder, 1-based. */
  readonly block: number;
  /** Patches a side. */
  readonly grid: number;
  /** Weight of each frame's class token [T]; null where class tokens are not among the visual tokens. */
  readonly frames: readonly number[] | null;
  /** Weights of the patches, row by row [N]: one map for all frames, or one a frame; none for select 'cls'. */
  readonly maps: readonly (readonly number[])[];
}

/** The grounding of label number `label` (place in the list that was classified) over `frames` frames. */
export function groundingOf(
  attention: LabelAttention,
  label: number,
  config: RecognizerConfig,
  frames: number,
): Grounding {
  const weights = attention.weights[label];
  if (!weights || !config.vghif) throw new Error(`no attention for label number ${label}`);
  const patches = patchCount(config.backbone.config);
  const base = { pass: attention.pass, block: attention.block, grid: Math.round(Math.sqrt(patches)) };
  switch (config.vghif.select) {
    case "cls":
      return { ...base, frames: weights, maps: [] };
    case "patch":
      return { ...base, frames: null, maps: [weights] };
    case "cls+patch":
      return { ...base, frames: weights.slice(0, frames), maps: [weights.slice(frames)] };
    case "all": {
      const rows = Array.from({ length: frames }, (_, t) => weights.slice(t * (1 + patches), (t + 1) * (1 + patches)));
      return { ...base, frames: rows.map((row) => row[0]!), maps: rows.map((row) => row.slice(1)) };
    }
  }
}
