/** The actors of a scene, their attributes by name, and how one in a pose is drawn. */

import type { Random } from "../random.js";
import { COLOUR_NAMES, COLOURS, type ColourName, difference, mix, type Rgb, shift } from "./colours.js";
import type { Form } from "./forms.js";
import type { Paint, Shape, Texture } from "./raster.js";

export const KINDS = [
  "ball",
  "square",
  "triangle",
  "star",
  "ring",
  "pill",
  "diamond",
  "cross",
  "hexagon",
  "figure",
] as const;

export type Kind = (typeof KINDS)[number];

export const TEXTURES: readonly Texture[] = ["plain", "striped", "dotted", "checkered"];

/** An actor's name-able attributes. */
export interface Look {
  readonly kind: Kind;
  readonly colour: ColourName;
  readonly texture: Texture;
}

export interface Actor extends Look {
  readonly paint: Paint;
  /** Half its height, in stage units. */
  readonly radius: number;
}

/** Where and how an actor is in one moment. */
export interface Pose {
  readonly x: number;
  readonly y: number;
  /** Clockwise, radians; default 0. */
  readonly angle?: number;
  /** Factors of its width and height; default 1. */
  readonly wide?: number;
  readonly high?: number;
  /** Opacity; default 1. */
  readonly alpha?: number;
  /** Another colour for the moment. */
  readonly colour?: Rgb;
  /** Phase of a figure's steps, in steps; default 0. */
  readonly steps?: number;
}

/** A look with everything random but what is given. */
export function randomLook(rng: Random, given: Partial<Look> = {}): Look {
  const look = { kind: rng.pick(KINDS), colour: rng.pick(COLOUR_NAMES), texture: rng.pick(TEXTURES) };
  return { ...look, ...given };
}

/** An actor of this look: its shade differs a little each time, its second colour stands out against the first. */
export function actorOf(look: Look, radius: number, rng: Random): Actor {
  const shade = (): number => rng.between(-16, 16);
  const colour = shift(COLOURS[look.colour], shade(), shade(), shade());
  const bright = colour[0] + colour[1] + colour[2] > 330;
  const second = mix(colour, bright ? [20, 20, 26] : [250, 250, 246], rng.between(0.6, 0.9));
  return { ...look, radius, paint: { colour, second, texture: look.texture, outline: mix(colour, [0, 0, 0], 0.55) } };
}

/** A plain paint in a random muted colour that differs from the given one: walls, boxes and posts have such. */
export function propPaint(rng: Random, unlike: Rgb): Paint {
  let colour: Rgb = [0, 0, 0];
  for (let attempt = 0; attempt < 8; attempt++) {
    const hue: Rgb = [rng.between(50, 210), rng.between(50, 200), rng.between(50, 200)];
    colour = mix(hue, [128, 124, 120], 0.35);
    if (difference(colour, unlike) > 150) break;
  }
  return { colour, second: mix(colour, [0, 0, 0], 0.3), texture: "plain", outline: mix(colour, [0, 0, 0], 0.5) };
}

const FORMS: Readonly<Record<Exclude<Kind, "figure">, { form: Form; sx: number; sy: number }>> = {
  ball: { form: "disc", sx: 1, sy: 1 },
  square: { form: "box", sx: 0.88, sy: 0.88 },
  triangle: { form: "triangle", sx: 1.05, sy: 1 },
  star: { form: "star", sx: 1.2, sy: 1.2 },
  ring: { form: "ring", sx: 1.05, sy: 1.05 },
  pill: { form: "capsule", sx: 1.3, sy: 0.75 },
  diamond: { form: "diamond", sx: 0.95, sy: 1.15 },
  cross: { form: "cross", sx: 1, sy: 1 },
  hexagon: { form: "hexagon", sx: 1, sy: 1 },
};

/** What an actor of a kind is, in words. */
export function kindThing(kind: Kind): string {
  return kind === "figure" ? "a stick figure" : `a ${kind}`;
}

/** The shapes of an actor in a pose. */
export function drawActor(actor: Actor, pose: Pose): Shape[] {
  return actorShapes(actor, pose).map((shape) => ({ ...shape, thing: kindThing(actor.kind) }));
}

function actorShapes(actor: Actor, pose: Pose): Shape[] {
  const { x, y, angle = 0, wide = 1, high = 1, alpha = 1 } = pose;
  const paint = pose.colour === undefined ? actor.paint : { ...actor.paint, colour: pose.colour };
  const width = actor.radius * wide;
  const height = actor.radius * high;
  if (actor.kind === "figure") return drawFigure(paint, pose, width, height);
  const { form, sx, sy } = FORMS[actor.kind];
  return [{ form, x, y, sx: sx * width, sy: sy * height, angle, paint, alpha }];
}

/** A toy human, feet at one radius below its centre, in whole 2.3 radii high. */
function drawFigure(paint: Paint, pose: Pose, width: number, height: number): Shape[] {
  const { angle = 0, steps = 0, alpha = 1 } = pose;
  const cosine = Math.cos(angle);
  const sine = Math.sin(angle);
  const at = (u: number, v: number): [number, number] => [
    pose.x + u * width * cosine - v * height * sine,
    pose.y + u * width * sine + v * height * cosine,
  ];
  const thin = 0.14 * Math.min(width, height);
  const stride = 0.5 * Math.sin(steps * Math.PI);
  const limbs: [number, number, number, number][] = [
    [0, 0.25, stride, 1],
    [0, 0.25, -stride, 1],
    [0, -0.35, -stride - 0.25, 0.15],
    [0, -0.35, stride + 0.25, 0.15],
  ];
  const plain: Paint = { ...paint, texture: "plain", outline: null };
  const [bodyX, bodyY] = at(0, -0.08);
  const [headX, headY] = at(0, -0.88);
  return [
    ...limbs.map(([u0, v0, u1, v1]) => ({ ...stroke(at(u0, v0), at(u1, v1), thin, plain), alpha })),
    { form: "box", x: bodyX, y: bodyY, sx: 0.3 * width, sy: 0.42 * height, angle, paint, alpha },
    { form: "disc", x: headX, y: headY, sx: 0.36 * width, sy: 0.36 * height, angle: 0, paint: plain, alpha },
  ];
}

/** A round-ended line between two points. */
export function stroke(
  from: readonly [x: number, y: number],
  to: readonly [x: number, y: number],
  radius: number,
  paint: Paint,
): Shape {
  const dx = to[0] - from[0];
  const dy = to[1] - from[1];
  return {
    form: "capsule",
    x: (from[0] + to[0]) / 2,
    y: (from[1] + to[1]) / 2,
    sx: Math.hypot(dx, dy) / 2 + radius,
    sy: radius,
    angle: Math.atan2(dy, dx),
    paint,
    alpha: 1,
  };
}
