/** Where a scene plays: each place colours what is above and below the floor line, endlessly to all sides. */
import type { Camera, Canvas } from "./raster.js";

export const PLACES = [
  "meadow",
  "beach",
  "snow",
  "night",
  "sea",
  "street",
  "brick room",
  "wooden room",
  "tiled room",
  "stage",
] as const;

export type PlaceName = (typeof PLACES)[number];

/** Height of the floor on the stage (y grows downwards). */
export const FLOOR = 0.84;

/** What varies between two scenes at one place. */
export interface Place {
  readonly name: PlaceName;
  /** Moves the pattern of noise, bricks, tiles: any number. */
  readonly offset: number;
  /** Levels added to red, green and blue, about -20 to 20. */
  readonly tint: readonly [number, number, number];
}

/** Writes a colour for the stage point into `out`. `noise` is uniform in 0..1 and belongs to the point. */
type Painter = (x: number, y: number, depth: number, noise: number, out: Float64Array) => void;

/** Fills the canvas with the place. The pattern is fixed to the stage, so that it moves with the camera. */
export function drawPlace(canvas: Canvas, camera: Camera, place: Place): void {
  const { width, height, rgb } = canvas;
  const scale = height * camera.zoom;
  const paint = PAINTERS[place.name];
  const out = new Float64Array(3);
  const [red, green, blue] = place.tint;
  for (let row = 0, at = 0; row < height; row++) {
    const y = (row + 0.5 - height / 2) / scale + camera.y;
    const depth = y - FLOOR;
    const grainY = Math.floor(y * GRAIN) * 0x1f1f;
    for (let column = 0; column < width; column++, at += 3) {
      const x = (column + 0.5 - width / 2) / scale + camera.x + place.offset;
      paint(x, y, depth, grain(Math.floor(x * GRAIN) + grainY), out);
      rgb[at] = out[0]! + red;
      rgb[at + 1] = out[1]! + green;
      rgb[at + 2] = out[2]! + blue;
    }
  }
}

/** Grains a stage unit: sand, grass and snow are made of squares of this size. */
const GRAIN = 56;

/** Uniform 0..1 of an integer: two rounds of multiply and shift. */
function grain(cell: number): number {
  let mixed = Math.imul(cell ^ (cell >>> 15), 0x2c1b3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
}

function set(out: Float64Array, red: number, green: number, blue: number, light = 0): void {
  out[0] = red + light;
  out[1] = green + light;
  out[2] = blue + light;
}

/** Position within a repeating cell, 0 to 1, also for negative numbers. */
function within(value: number, period: number): number {
  const share = value / period;
  return share - Math.floor(share);
}

const PAINTERS: Readonly<Record<PlaceName, Painter>> = {
  meadow: (_x, y, depth, noise, out) => {
    if (depth < 0) set(out, 132, 182, 232, 60 * y - 20);
    else set(out, 84, 146, 58, 70 * noise - 40);
  },
  beach: (_x, y, depth, noise, out) => {
    if (depth < 0) set(out, 176, 214, 232, 40 * y - 15);
    else set(out, 222, 196, 138, 40 * noise - 25);
  },
  snow: (x, y, depth, noise, out) => {
    const hill = 0.62 + 0.06 * Math.sin(x * 5);
    if (depth >= 0) set(out, 236, 240, 246, -22 * noise);
    else if (y > hill) set(out, 196, 208, 222, -10 * noise);
    else set(out, 150, 166, 190, 40 * y);
  },
  night: (_x, y, depth, noise, out) => {
    if (depth >= 0) set(out, 40, 42, 52, 16 * noise);
    else if (noise > 0.985) set(out, 230, 230, 200);
    else set(out, 16, 20, 52, 34 * y);
  },
  sea: (x, y, depth, _noise, out) => {
    const wave = Math.sin(y * 70 + 2.2 * Math.sin(x * 9));
    if (depth < -0.3) set(out, 188, 206, 220, 30 * y);
    else set(out, 34, 104, 152, 26 * wave);
  },
  street: (x, y, depth, noise, out) => {
    if (depth >= 0) set(out, 88, 88, 92, 18 * noise);
    else {
      const window = within(x, 0.2) > 0.35 && within(y, 0.2) > 0.4;
      const lit = grain(Math.floor(x / 0.2) * 31 + Math.floor(y / 0.2)) > 0.6;
      if (!window) set(out, 142, 132, 128);
      else if (lit) set(out, 226, 206, 140);
      else set(out, 88, 98, 116);
    }
  },
  "brick room": (x, y, depth, noise, out) => {
    if (depth >= 0) {
      set(out, 110, 102, 98, 14 * noise);
      return;
    }
    const course = Math.floor(y / 0.08);
    const joint = within(y, 0.08) < 0.15 || within(x + (course % 2) * 0.08, 0.16) < 0.08;
    if (joint) set(out, 186, 176, 166);
    else set(out, 160, 82, 62, 24 * noise - 12);
  },
  "wooden room": (x, y, depth, noise, out) => {
    if (depth < 0) set(out, 214, 200, 172, -20 * y);
    else {
      const plank = grain(Math.floor(x / 0.14) + 977);
      if (within(x, 0.14) < 0.08) set(out, 84, 54, 30);
      else set(out, 150, 102, 60, 34 * plank + 10 * noise - 20);
    }
  },
  "tiled room": (x, y, depth, _noise, out) => {
    const period = depth < 0 ? 0.16 : 0.12;
    const odd = (Math.floor(x / period) + Math.floor(y / period)) & 1;
    if (depth < 0) set(out, 158, 176, 178, odd === 1 ? 22 : -8);
    else set(out, 120, 120, 128, odd === 1 ? 70 : -60);
  },
  stage: (x, _y, depth, noise, out) => {
    if (depth >= 0) set(out, 70, 50, 44, 12 * noise);
    else set(out, 116, 30, 48, 34 * Math.sin(x * 44));
  },
};
