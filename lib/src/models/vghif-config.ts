/** Every choice of VgHIF that the paper's abstract leaves open; each is an ablation axis. */

export interface VghifConfig {
  /** Visual blocks whose tokens are fused, 1-based, in depth order. `null`: 4 spread evenly. */
  readonly levels: readonly number[] | null;
  /** Which tokens of a level the text may ask: T frame tokens, N patch tokens (mean over time), both, or all. */
  readonly select: "cls" | "patch" | "cls+patch" | "all";
  /** Passes over the hierarchy; 0 is the baseline. */
  readonly iterations: number;
  readonly order: "shallow-to-deep" | "deep-to-shallow";
  /** One set of fusion weights for all levels, or one per level. */
  readonly share: boolean;
  readonly guide: "visual-to-text" | "text-to-visual" | "both";
  /** On the text encoder's output, or between its blocks. */
  readonly where: "after" | "inside";
  /** How text and visual tokens interact. */
  readonly interaction: "attention" | "mean-pool" | "concat-mlp" | "film";
  /** Attention heads; must divide the joint width. */
  readonly heads: number;
  /** Whether a feed-forward follows the interaction. */
  readonly ffn: boolean;
  /** Hidden width of the feed-forward over the joint width. */
  readonly ratio: number;
  /** Start value of the per-channel gates; 0 starts at the baseline exactly. */
  readonly gate: number;
  /**
   * How the interaction's matrices start: normal with variance 1 / rows, or as the identity, so that from the first step a
   * text asks the tokens that resemble it and hears them as they are (as the projections of X-Pool start, arXiv 2203.15086).
   */
  readonly start: "normal" | "identity";
}

export const VGHIF_DEFAULTS = {
  levels: null,
  select: "cls+patch",
  iterations: 1,
  order: "shallow-to-deep",
  share: false,
  guide: "visual-to-text",
  where: "after",
  interaction: "attention",
  heads: 4,
  ffn: true,
  ratio: 4,
  gate: 0,
  start: "normal",
} as const satisfies VghifConfig;
