/** The crop of a training clip: rules of microsoft/VideoX `X-CLIP/datasets/pipeline.py`, class MultiScaleCrop. */
import type { Region } from "../frames/rgb.js";
import type { Random } from "../random.js";
import type { MultiScaleCrop } from "./spec.js";

/** Sides within this many pixels of the model's input become the input's, so that nothing is resized by a hair. */
const SNAP = 3;

export type Size = Pick<Region, "width" | "height">;

/**
 * Every size that the crop of a picture may have, in the official order: heights outside, widths inside. A side is the whole
 * pixels of a scale times the picture's shorter side.
 *
 * @param input side of the model's square input, pixels
 */
export function cropSizes(picture: Size, input: number, { scales, maxGap }: MultiScaleCrop): Size[] {
  const shorter = Math.min(picture.width, picture.height);
  const sides = scales.map((scale) => {
    const side = Math.trunc(shorter * scale);
    return Math.abs(side - input) < SNAP ? input : side;
  });
  return sides.flatMap((height, i) =>
    sides.flatMap((width, j) => (Math.abs(i - j) <= maxGap ? [{ width, height }] : [])),
  );
}

/** Left, top of the fixed places in quarters of the room that is left: corners, middle; then the eight others. */
const QUARTERS: readonly (readonly [number, number])[] = [
  [0, 0],
  [4, 0],
  [0, 4],
  [4, 4],
  [2, 2],
  [0, 2],
  [4, 2],
  [2, 4],
  [2, 0],
  [1, 1],
  [3, 1],
  [1, 3],
  [3, 3],
];

/** The fixed places of a crop in a picture, in the official order. Quarters are whole pixels: a few may stay free. */
export function cropPlaces(picture: Size, crop: Size, places: 5 | 13): Region[] {
  const stepX = Math.floor((picture.width - crop.width) / 4);
  const stepY = Math.floor((picture.height - crop.height) / 4);
  return QUARTERS.slice(0, places).map(([x, y]) => ({ left: x * stepX, top: y * stepY, ...crop }));
}

/** Draws a size, then a place; each with the same chance. */
export function drawCrop(stream: Random, picture: Size, input: number, spec: MultiScaleCrop): Region {
  const crop = stream.pick(cropSizes(picture, input, spec));
  if (spec.places !== "any") return stream.pick(cropPlaces(picture, crop, spec.places));
  const left = stream.integer(picture.width - crop.width + 1);
  const top = stream.integer(picture.height - crop.height + 1);
  return { left, top, ...crop };
}
