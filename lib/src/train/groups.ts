/** Which parameters of a recogniser are trained, and in which groups. */
import type { ParamGroup } from "./adamw.js";

export interface GroupOptions {
  /** Peak learning rate of CLIP's own parameters. */
  readonly lr: number;
  /** The fusion's peak rate is `lr` times this; X-CLIP gives its new modules 10. */
  readonly fusionLrScale: number;
  /** The peak rate of what the backbone's family adds to CLIP is `lr` times this. Default 1. */
  readonly addedLrScale?: number;
  readonly weightDecay: number;
  /**
   * Of the backbone: 'all' decays as a whole (ViFi-CLIP utils/optimizer.py), 'matrices' leaves out tensors of rank 1, biases and
   * positional embeddings (X-CLIP utils/optimizer.py). Default 'all'.
   */
  readonly decay?: "all" | "matrices";
}

/** Whether a parameter belongs to the fusion. */
export function isFusion(name: string): boolean {
  return name.startsWith("vghif.");
}

/** X-CLIP's rule (utils/optimizer.py set_weight_decay). A tensor of rank 0, such as the logit scale, decays. */
function isMatrix(name: string, rank: number): boolean {
  return rank !== 1 && !name.endsWith(".bias") && !name.includes("positional_embedding");
}

/**
 * Parameter groups: CLIP's own parameters, what the family adds to them (`isAdded`), the fusion. The fusion's matrices decay,
 * its norms, biases and gates do not.
 */
export function paramGroups(
  ranks: ReadonlyMap<string, number>,
  options: GroupOptions,
  isAdded: (name: string) => boolean = () => false,
): ParamGroup[] {
  const names = [...ranks.keys()];
  const fusion = names.filter(isFusion);
  const added = names.filter((name) => !isFusion(name) && isAdded(name));
  const own = names.filter((name) => !isFusion(name) && !isAdded(name));
  const { lr, addedLrScale = 1, fusionLrScale, weightDecay, decay = "all" } = options;
  const split = (group: readonly string[], rate: number, decays: (name: string, rank: number) => boolean) => [
    { names: group.filter((name) => decays(name, ranks.get(name)!)), lr: rate, weightDecay },
    { names: group.filter((name) => !decays(name, ranks.get(name)!)), lr: rate, weightDecay: 0 },
  ];
  const backboneDecays = decay === "all" ? () => true : isMatrix;
  return [
    ...split(own, lr, backboneDecays),
    ...split(added, lr * addedLrScale, backboneDecays),
    ...split(fusion, lr * fusionLrScale, (_, rank) => rank > 1),
  ].filter((group) => group.names.length > 0);
}
