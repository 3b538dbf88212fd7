/** What a cost is measured or counted of: a baseline and its VgHIF twin, hashed as a run's spec is. */
import type { CLIP_SIZES } from "../../models/clip-config.js";
import type { FamilyName } from "../../models/families.js";
import type { VghifConfig } from "../../models/vghif-config.js";
import { canonicalJson, sha256 } from "../id.js";

/** Official sizes are counted from shapes alone; the shipped small model is measured too. */
export type CostSize = "smoke-clip" | keyof typeof CLIP_SIZES;

export interface CostSpec {
  readonly kind: "cost";
  readonly model: FamilyName;
  readonly size: CostSize;
  /** Frames a video. */
  readonly frames: number;
  /** Class texts that a video is compared with; their tower has run before, once for all videos. */
  readonly classes: number;
  readonly vghif: VghifConfig;
  /** null: counted alone, nothing runs. */
  readonly timing: {
    /** Pairs of a measurement of the baseline and one of its twin. */
    readonly rounds: number;
    /** Time that one measurement takes at least, milliseconds. */
    readonly roundMs: number;
    /** Processes a side whose peak memory is taken. */
    readonly processes: number;
  } | null;
}

/** 64 hex digits: the SHA-256 of the canonical JSON. */
export function costId(spec: CostSpec): string {
  return sha256(canonicalJson(spec));
}

/** For messages and progress: "xclip, ViT-B/16". */
export function costLabel({ model, size }: CostSpec): string {
  return `${model}, ${size}`;
}
