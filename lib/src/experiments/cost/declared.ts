/**
 * ablation-cost: what VgHIF costs on top of each backbone. The paper's abstract says "a tiny computational cost" and gives no
 * number; the limit of 5 percent is ours. Cost: about a minute on two CPU cores, once.
 */
import { VGHIF_DEFAULTS } from "../../models/vghif-config.js";
import { BACKBONES } from "../compared.js";
import type { CostSpec } from "./spec.js";

export interface CostTable {
  /** As on the command line. */
  readonly id: "ablation-cost";
  readonly title: string;
  /** What the paper claims about it, in our words. */
  readonly claim: string;
  /** Percent up to which we call a cost tiny. */
  readonly limit: number;
  readonly specs: readonly CostSpec[];
}

/** The classes of the generated HMDB51. */
const SMOKE_CLASSES = 12;

/** Those of Kinetics-400, which published numbers are about. */
const OFFICIAL_CLASSES = 400;

const OFFICIAL_SIZES = ["ViT-B/32", "ViT-B/16", "ViT-L/14"] as const;

const shared = { kind: "cost", frames: 8, vghif: VGHIF_DEFAULTS } as const;

export const ablationCost: CostTable = {
  id: "ablation-cost",
  title: "What VgHIF costs",
  claim: "VgHIF has a tiny computational cost",
  limit: 5,
  specs: [
    ...BACKBONES.map((model): CostSpec => {
      const timing = { rounds: 25, roundMs: 40, processes: 3 };
      return { ...shared, model, size: "smoke-clip", classes: SMOKE_CLASSES, timing };
    }),
    ...OFFICIAL_SIZES.flatMap((size) =>
      BACKBONES.map((model): CostSpec => ({ ...shared, model, size, classes: OFFICIAL_CLASSES, timing: null })),
    ),
  ],
};
