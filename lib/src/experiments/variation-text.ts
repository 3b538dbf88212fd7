/** What chance does to a run's training clips, in a few words. */
import type { TrainSpec } from "./spec.js";

/** "training clips drawn from segments, cropped, mirrored, coloured, grayed, mixed"; null where nothing happens to them. */
export function variationText(train: TrainSpec | null): string | null {
  if (!train) return null;
  const { crop, flip = 0, jitter, gray = 0 } = train.augment ?? {};
  const done = [
    ...(train.sampling ? ["drawn from segments"] : []),
    ...(crop ? ["cropped"] : []),
    ...(flip > 0 ? ["mirrored"] : []),
    ...(jitter && jitter.chance > 0 ? ["coloured"] : []),
    ...(gray > 0 ? ["grayed"] : []),
    ...(train.mixing ? ["mixed"] : []),
  ];
  return done.length === 0 ? null : `training clips ${done.join(", ")}`;
}
