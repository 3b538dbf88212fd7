/** Random colours of a frame: torchvision `ColorJitter` (get_params, forward) on Pillow pictures. */
import type { Random } from "../random.js";
import { adjustBrightness, adjustContrast, adjustSaturation } from "./enhance.js";
import { adjustHue, hueSteps } from "./hue.js";
import type { ColorJitter } from "./spec.js";

const QUALITIES = ["brightness", "contrast", "saturation", "hue"] as const;

export type Quality = (typeof QUALITIES)[number];

export interface JitterDraw {
  /** The order in which they are changed; those that the spec leaves alone are not among them. */
  readonly order: readonly Quality[];
  /** Factors, of 32 bits; `hue` in turns of the colour wheel. */
  readonly factors: Readonly<Record<Quality, number>>;
}

/** Draws an order and four factors, each uniform in its range. */
export function drawJitter(stream: Random, spec: ColorJitter): JitterDraw {
  const order = stream.shuffle(QUALITIES).filter((quality) => spec[quality] > 0);
  const around1 = (x: number): number => Math.fround(stream.between(Math.max(0, 1 - x), 1 + x));
  const brightness = around1(spec.brightness);
  const contrast = around1(spec.contrast);
  const saturation = around1(spec.saturation);
  const hue = Math.fround(stream.between(-spec.hue, spec.hue));
  return { order, factors: { brightness, contrast, saturation, hue } };
}

/** Changes the RGB pixels [n, 3] of one frame in place. */
export function applyJitter(data: Uint8Array, { order, factors }: JitterDraw): void {
  for (const quality of order) {
    const factor = factors[quality];
    if (quality === "brightness") adjustBrightness(data, factor);
    else if (quality === "contrast") adjustContrast(data, factor);
    else if (quality === "saturation") adjustSaturation(data, factor);
    else adjustHue(data, hueSteps(factor));
  }
}
