/**
 * Dynamic loss scaling (Micikevicius et al. 2018, section 3.2; the rule of torch.cuda.amp.GradScaler): the loss is multiplied
 * so that small gradients do not vanish in 16 bits. A step with a gradient that is not finite changes nothing and halves the
 * factor; after many good steps it is doubled.
 */
import type { HalfType } from "../engine/compile/graph.js";
import { UserError } from "../errors.js";

export interface LossScale {
  /** Factor of the loss, a power of two. */
  readonly scale: number;
  /** Steps taken since the factor changed last. */
  readonly good: number;
  /** Steps of the whole training that changed nothing. */
  readonly skipped: number;
}

/** bfloat16 has float32's range and needs no factor; its steps are guarded all the same. */
const RANGES: Readonly<Record<HalfType, { readonly start: number; readonly most: number }>> = {
  float16: { start: 2 ** 15, most: 2 ** 24 },
  bfloat16: { start: 1, most: 1 },
};

/** A factor below this cannot be what is wrong. */
const LEAST = 2 ** -10;

/** Good steps after which the factor is doubled. */
export const GROWTH_STEPS = 2000;

export function startScale(precision: HalfType): LossScale {
  return { scale: RANGES[precision].start, good: 0, skipped: 0 };
}

/** The factor for the next step. Throws a UserError where no factor makes the gradients finite. */
export function nextScale(
  { scale, good, skipped }: LossScale,
  finite: boolean,
  precision: HalfType,
  growthSteps = GROWTH_STEPS,
): LossScale {
  if (finite) {
    const grows = good + 1 >= growthSteps && scale < RANGES[precision].most;
    return grows ? { scale: 2 * scale, good: 0, skipped } : { scale, good: good + 1, skipped };
  }
  if (scale / 2 < LEAST) {
    throw new UserError(
      `training stopped: gradients are not finite in ${precision}, whatever the loss is multiplied by; ` +
        "train in float32, lower the learning rate or look for damaged input",
    );
  }
  return { scale: scale / 2, good: 0, skipped: skipped + 1 };
}
