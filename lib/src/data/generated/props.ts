/** Things that stand on the stage. All stand on the floor unless their height is given. */
import { stroke } from "./actors.js";
import { mix } from "./colours.js";
import type { Form } from "./forms.js";
import { FLOOR } from "./places.js";
import type { Paint, Shape } from "./raster.js";

/** Half the thickness of a wall. */
export const WALL = 0.035;
/** Half the width, and the whole height, of a block. */
export const BLOCK = { half: 0.045, height: 0.26 } as const;
/** Half the width, and the whole height, of an open box. */
export const BOX = { half: 0.16, height: 0.26 } as const;
/** Half the width, and the whole height, of a screen. */
export const SCREEN = { half: 0.13, height: 0.46 } as const;
/** Height of one of the stairs, and its depth. */
export const STEP = { rise: 0.11, run: 0.16, count: 4 } as const;

/** The shapes as parts of one thing. */
function named(thing: string, shapes: readonly Shape[]): Shape[] {
  return shapes.map((shape) => ({ ...shape, thing }));
}

/** An upright form from its middle. */
export function solid(form: Form, x: number, y: number, sx: number, sy: number, paint: Paint, angle = 0): Shape {
  return { form, x, y, sx, sy, angle, paint, alpha: 1 };
}

/** A tall thin wall, its middle at x. */
export function wall(x: number, paint: Paint): Shape[] {
  return named("a wall", [solid("box", x, FLOOR - 0.33, WALL, 0.33, paint)]);
}

/** A wide panel that hides what is behind it. */
export function screen(x: number, paint: Paint): Shape[] {
  const { half, height } = SCREEN;
  const striped: Paint = { ...paint, texture: "striped" };
  return named("a screen", [solid("box", x, FLOOR - height / 2, half, height / 2, striped)]);
}

/** A pole with a knob; `top` is the knob's height. */
export function post(x: number, top: number, paint: Paint): Shape[] {
  return named("a post", [
    solid("box", x, (FLOOR + top) / 2, 0.016, (FLOOR - top) / 2, paint),
    solid("disc", x, top, 0.035, 0.035, paint),
  ]);
}

/** A hoop on a pole, seen from the side: its far half, and its near half with the pole. */
export function hoop(x: number, y: number, paint: Paint): { readonly far: Shape[]; readonly near: Shape[] } {
  const half = { sx: 0.075, sy: 0.2 };
  const rim: Paint = { ...paint, outline: null };
  return {
    far: named("a hoop", [
      solid("half-ring-left", x, y, half.sx, half.sy, { ...rim, colour: mix(rim.colour, [0, 0, 0], 0.35) }),
    ]),
    near: named("a hoop", [
      solid("box", x, (FLOOR + y + half.sy) / 2, 0.012, (FLOOR - y - half.sy) / 2, rim),
      solid("half-ring-right", x, y, half.sx, half.sy, rim),
    ]),
  };
}

/** A tall block whose bottom edge is centred at x; `tilt` turns it about its right bottom corner, 0 to pi/2. */
export function block(x: number, paint: Paint, tilt = 0): Shape[] {
  const { half, height } = BLOCK;
  const cosine = Math.cos(tilt);
  const sine = Math.sin(tilt);
  const cornerX = x + half;
  const middleX = cornerX - half * cosine + (height / 2) * sine;
  const middleY = FLOOR - half * sine - (height / 2) * cosine;
  return named("a block", [solid("box", middleX, middleY, half, height / 2, paint, tilt)]);
}

/** An open box: its dark inside, drawn first, and its front with two flaps, `open` from 0 (shut) to 1. */
export function box(x: number, paint: Paint, open: number): { readonly inside: Shape[]; readonly front: Shape[] } {
  const { half, height } = BOX;
  const top = FLOOR - height;
  const dark: Paint = { ...paint, colour: mix(paint.colour, [0, 0, 0], 0.6) };
  const flap = (side: 1 | -1): Shape => {
    const angle = open * 2.2;
    const edge = x + side * half;
    return stroke([edge, top], [edge - side * half * Math.cos(angle), top - half * Math.sin(angle)], 0.014, paint);
  };
  return {
    inside: named("a box", [solid("box", x, top + 0.04, half, 0.05, dark)]),
    front: named("a box", [
      solid("box", x, FLOOR - height / 2 + 0.02, half, height / 2 - 0.02, paint),
      flap(1),
      flap(-1),
    ]),
  };
}

/** Stairs that rise to the right; x is the left foot of the first. */
export function stairs(x: number, paint: Paint): Shape[] {
  const steps = Array.from({ length: STEP.count }, (_, i) => {
    const height = STEP.rise * (i + 1);
    return solid("box", x + STEP.run * (i + 0.5), FLOOR - height / 2, STEP.run / 2, height / 2, paint);
  });
  return named("stairs", steps);
}

/** A slope, high on the left: `half` its half width, `height` its whole height. */
export function ramp(x: number, half: number, height: number, paint: Paint): Shape[] {
  return named("a ramp", [solid("ramp", x, FLOOR - height / 2, half, height / 2, paint)]);
}

/** A low cart: its plank's upper side is at `top`. */
export function cart(x: number, top: number, turn: number, paint: Paint): Shape[] {
  const wheel: Paint = { ...paint, texture: "checkered", colour: [40, 40, 44], second: [200, 200, 200] };
  const radius = (FLOOR - top) * 0.4;
  return named("a cart", [
    solid("box", x, top + 0.02, 0.17, 0.022, paint),
    solid("disc", x - 0.1, FLOOR - radius, radius, radius, wheel, turn),
    solid("disc", x + 0.1, FLOOR - radius, radius, radius, wheel, turn),
  ]);
}

/** An arch to pass under, its opening 0.3 wide. */
export function bridge(x: number, paint: Paint): { readonly far: Shape[]; readonly near: Shape[] } {
  const leg = (side: 1 | -1): Shape => solid("box", x + side * 0.2, FLOOR - 0.2, 0.05, 0.2, paint);
  return {
    far: named("a bridge", [leg(-1), solid("box", x, FLOOR - 0.42, 0.28, 0.045, paint)]),
    near: named("a bridge", [leg(1)]),
  };
}

/** A tub of water, its inside drawn first. */
export function tub(x: number, paint: Paint): { readonly inside: Shape[]; readonly front: Shape[] } {
  const water: Paint = { ...paint, colour: [60, 140, 220], outline: null };
  return {
    inside: named("a tub of water", [solid("box", x, FLOOR - 0.13, 0.24, 0.05, water)]),
    front: named("a tub of water", [
      solid("box", x, FLOOR - 0.055, 0.235, 0.055, water),
      solid("box", x - 0.25, FLOOR - 0.1, 0.016, 0.1, paint),
      solid("box", x + 0.25, FLOOR - 0.1, 0.016, 0.1, paint),
    ]),
  };
}
