/** Which parameters of a recogniser are trained, and in which groups. */
import type { ParamGroup } from "./adamw.js";

/** What stands after the towers: final norms, projections, logit scale. */
export const HEAD_PARAMETERS = [
  "visual.ln_post.weight",
  "visual.ln_post.bias",
  "visual.proj",
  "ln_final.weight",
  "ln_final.bias",
  "text_projection",
  "logit_scale",
] as const;

export interface GroupOptions {
  /** Peak learning rate of the backbone's parameters. */
  readonly lr: number;
  /** The fusion's peak rate is `lr` times this; X-CLIP gives its new modules 10. */
  readonly fusionLrScale: number;
  readonly weightDecay: number;
}

/** Whether a parameter belongs to the fusion. */
export function isFusion(name: string): boolean {
  return name.startsWith("vghif.");
}

/**
 * Parameter groups by name and rank. The backbone is one group that decays as a whole (ViFi-CLIP's rule); the fusion's
 * matrices decay, its norms, biases and gates do not (X-CLIP's rule for tensors of rank 1).
 */
export function paramGroups(ranks: ReadonlyMap<string, number>, options: GroupOptions): ParamGroup[] {
  const names = [...ranks.keys()];
  const fusion = names.filter(isFusion);
  const lr = options.lr * options.fusionLrScale;
  const { weightDecay } = options;
  const groups: ParamGroup[] = [
    { names: names.filter((name) => !isFusion(name)), lr: options.lr, weightDecay },
    { names: fusion.filter((name) => ranks.get(name)! > 1), lr, weightDecay },
    { names: fusion.filter((name) => ranks.get(name)! <= 1), lr, weightDecay: 0 },
  ];
  return groups.filter((group) => group.names.length > 0);
}
