/**
 * How a training clip is varied, as data: JSON-serialisable, so that worker threads and cache keys can carry it. The rules are
 * those of microsoft/VideoX `X-CLIP/datasets/build.py`, train_pipeline (the same in ViFi-CLIP); docs/augmentation.md has them
 * in plain words. What is left out does not happen.
 */

/** A rectangle of random size and place, resized to the model's square (`pipeline.py`, MultiScaleCrop). */
export interface MultiScaleCrop {
  /** Sides that the rectangle may have, as shares of the resized picture's shorter side. Official: 1, 0.875, 0.75, 0.66. */
  readonly scales: readonly number[];
  /** How many places in `scales` its height may be from its width. Official: 1. */
  readonly maxGap: number;
  /**
   * Where it may lie. `5`: the corners and the middle (official). `13`: also the middles of the sides and of the quarters.
   * `any`: at every pixel.
   */
  readonly places: 5 | 13 | "any";
}

/**
 * Brightness, contrast, saturation and hue, in random order (`pipeline.py`, ColorJitter: torchvision's on Pillow pictures).
 * Whether it happens is drawn once a clip; how strongly, and in which order, anew for every frame, as the official code does.
 */
export interface ColorJitter {
  /** Of the clip, 0 to 1. Official: 0.8. */
  readonly chance: number;
  /** Factors lie within 1 - x and 1 + x, not below 0. Official: 0.4, 0.4, 0.2. */
  readonly brightness: number;
  readonly contrast: number;
  readonly saturation: number;
  /** Most turns of the colour wheel, 0 to 0.5, either way. Official: 0.1. */
  readonly hue: number;
}

/** What may happen to a clip, in this order; the same crop and mirroring for all its frames. */
export interface Augmentation {
  /** Default: the transform's central square. */
  readonly crop?: MultiScaleCrop;
  /** Chance of a clip mirrored left to right. Official: 0.5. Labels stay as they are. */
  readonly flip?: number;
  readonly jitter?: ColorJitter;
  /** Chance of a clip without colour. Official: 0.2. */
  readonly gray?: number;
}

/** An augmentation whose random numbers come from `seed` and the name of the draw alone. */
export interface AugmentSpec extends Augmentation {
  readonly seed: number;
}

/** The official training transform of X-CLIP and ViFi-CLIP. */
export const OFFICIAL_AUGMENTATION = {
  crop: { scales: [1, 0.875, 0.75, 0.66], maxGap: 1, places: 5 },
  flip: 0.5,
  jitter: { chance: 0.8, brightness: 0.4, contrast: 0.4, saturation: 0.2, hue: 0.1 },
  gray: 0.2,
} as const satisfies Augmentation;
