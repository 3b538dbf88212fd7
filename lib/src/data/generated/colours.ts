/** Colours by their English names, and small operations on them. Components 0 to 255, sRGB. */

export type Rgb = readonly [red: number, green: number, blue: number];

/** The colours that captions and class names speak of. */
export const COLOURS = {
  red: [214, 40, 40],
  green: [52, 160, 60],
  blue: [38, 84, 214],
  yellow: [245, 214, 40],
  orange: [245, 132, 24],
  purple: [130, 50, 170],
  pink: [246, 130, 180],
  cyan: [50, 200, 215],
  white: [244, 244, 240],
  black: [28, 28, 32],
  brown: [128, 78, 40],
  grey: [132, 134, 138],
} as const satisfies Record<string, Rgb>;

export type ColourName = keyof typeof COLOURS;

export const COLOUR_NAMES = Object.keys(COLOURS) as ColourName[];

/** The colour between two; `share` 0 gives the first, 1 the second. */
export function mix(first: Rgb, second: Rgb, share: number): Rgb {
  return [
    first[0] + (second[0] - first[0]) * share,
    first[1] + (second[1] - first[1]) * share,
    first[2] + (second[2] - first[2]) * share,
  ];
}

/** The colour with each component moved by its own number of levels. */
export function shift(colour: Rgb, red: number, green: number, blue: number): Rgb {
  return [clamp(colour[0] + red), clamp(colour[1] + green), clamp(colour[2] + blue)];
}

/** Sum of the components' absolute differences, 0 to 765. */
export function difference(first: Rgb, second: Rgb): number {
  return Math.abs(first[0] - second[0]) + Math.abs(first[1] - second[1]) + Math.abs(first[2] - second[2]);
}

function clamp(level: number): number {
  return Math.max(0, Math.min(255, level));
}
