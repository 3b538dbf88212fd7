/** A scene: an action by actors at a place, seen through a camera, with everything that makes it hard to read. */
import { type Random, random } from "../random.js";
import { ACTIONS, type ActionName } from "./actions.js";
import { actorOf, drawActor, type Look, propPaint, randomLook } from "./actors.js";
import type { Difficulty } from "./difficulty.js";
import { during, lerp } from "./easing.js";
import { mirrored } from "./forms.js";
import { drawPlace, FLOOR, type Place, type PlaceName } from "./places.js";
import * as props from "./props.js";
import { type Camera, canvasOf, drawShapes, type Shape, type Size } from "./raster.js";

/** What a scene shows, by name. */
export interface Script {
  readonly action: ActionName;
  readonly look: Look;
  /** Of the second actor, where the action has one. */
  readonly other: Look;
  readonly place: PlaceName;
}

/** A scene as a function of time t, 0 to 1. Pure: the same t gives the same picture. */
export interface Scene {
  readonly script: Script;
  readonly place: Place;
  /** The main actor's radius, stage units. */
  readonly radius: number;
  /** How much of the action has passed at t, 0 to 1: it may start late and end early. */
  readonly progress: (t: number) => number;
  readonly shapes: (t: number) => Shape[];
  readonly camera: (t: number) => Camera;
  /** Factor on every level. */
  readonly light: (t: number) => number;
  /** Standard deviation of the grain, levels. */
  readonly grain: number;
  /** Names the stream of the grain. */
  readonly key: string;
}

/**
 * Draws everything that a script leaves open.
 * @param key names the scene's streams: the same key, script and difficulty give the same scene
 */
export function makeScene(script: Script, difficulty: Difficulty, key: string): Scene {
  const rng = random(key);
  const radius = rng.between(...difficulty.radius);
  const actor = actorOf(script.look, radius, rng.fork("actor"));
  const other = actorOf(script.other, radius * rng.between(0.8, 1.2), rng.fork("other"));
  const prop = propPaint(rng.fork("prop"), actor.paint.colour);
  const motion = ACTIONS[script.action]({ actor, other, prop, rng: rng.fork("action") });

  const start = rng.between(0, difficulty.pace);
  const end = 1 - rng.between(0, difficulty.pace);
  const progress = (t: number): number => during(t, start, end);
  const mirror = rng.chance(0.5);
  const size = rng.between(...difficulty.stage);
  const offset = rng.between(-difficulty.offset, difficulty.offset);
  const scenery = idleThings(rng.fork("things"), difficulty.idleThings);
  const bystanders = bystandersOf(rng.fork("bystanders"), difficulty.bystanders);
  const tint = (): number => rng.between(-difficulty.tint, difficulty.tint);

  return {
    script,
    radius: radius * size,
    place: { name: script.place, offset: rng.between(0, 40), tint: [tint(), tint(), tint()] },
    progress,
    shapes: (t) => {
      const acting = motion(progress(t)).map((shape) => scaled(shape, 0.5, size, offset));
      return [...scenery, ...bystanders(t), ...(mirror ? acting.map(mirrorImage) : acting)];
    },
    camera: cameraOf(rng.fork("camera"), difficulty),
    light: lightOf(rng.fork("light"), difficulty.light),
    grain: rng.between(0, difficulty.grain),
    key,
  };
}

/** Draws a moment of a scene: RGB bytes, row by row, [height, width, 3]. */
export function renderScene(scene: Scene, t: number, size: Size): Uint8Array {
  const canvas = canvasOf(size);
  const camera = scene.camera(t);
  drawPlace(canvas, camera, scene.place);
  drawShapes(canvas, camera, scene.shapes(t));

  const light = scene.light(t);
  const { rgb } = canvas;
  const bytes = new Uint8Array(rgb.length);
  const rng = random(`${scene.key}/grain/${Math.round(t * 1e6)}`);
  // The sum of two uniform numbers in 0..1 has the standard deviation 1/sqrt(6).
  const grain = scene.grain * Math.sqrt(6);
  for (let at = 0; at < rgb.length; at += 3) {
    const speck = grain === 0 ? 0.5 : 0.5 + grain * (rng.next() + rng.next() - 1);
    for (let channel = at; channel < at + 3; channel++) {
      const level = rgb[channel]! * light + speck;
      bytes[channel] = level < 0 ? 0 : Math.min(level, 255);
    }
  }
  return bytes;
}

/** Makes a shape and its distance from (x, the floor) larger or smaller, then moves it to the right. */
function scaled(shape: Shape, x: number, size: number, right: number): Shape {
  return {
    ...shape,
    x: x + (shape.x - x) * size + right,
    y: FLOOR + (shape.y - FLOOR) * size,
    sx: shape.sx * size,
    sy: shape.sy * size,
  };
}

function mirrorImage(shape: Shape): Shape {
  return { ...shape, form: mirrored(shape.form), x: 1 - shape.x, angle: -shape.angle };
}

/** Things that stand a little behind the action, and smaller. */
function idleThings(rng: Random, most: number): Shape[] {
  const count = rng.integer(most + 1);
  const shapes: Shape[] = [];
  for (let i = 0; i < count; i++) {
    const paint = propPaint(rng, [128, 128, 128]);
    const x = rng.between(-0.05, 1.05);
    const { far, near } = props.hoop(x, 0.5, paint);
    const { inside, front } = props.box(x, paint, 0);
    const thing = rng.pick([
      props.wall(x, paint),
      props.screen(x, paint),
      props.post(x, 0.46, paint),
      props.block(x, paint),
      props.stairs(x, paint),
      [...far, ...near],
      [...inside, ...front],
    ]);
    const size = rng.between(0.55, 0.85);
    shapes.push(
      ...thing.map((shape) => ({ ...scaled(shape, x, size, 0), y: FLOOR - 0.02 + (shape.y - FLOOR) * size })),
    );
  }
  return shapes;
}

/** Small actors that drift slowly where they are. */
function bystandersOf(rng: Random, most: number): (t: number) => Shape[] {
  const standing = Array.from({ length: rng.integer(most + 1) }, () => ({
    actor: actorOf(randomLook(rng), rng.between(0.025, 0.05), rng),
    x: rng.between(-0.1, 1.1),
    y: rng.between(0.08, FLOOR),
    driftX: rng.between(-0.06, 0.06),
    driftY: rng.between(-0.04, 0.04),
  }));
  return (t) =>
    standing.flatMap(({ actor, x, y, driftX, driftY }) => drawActor(actor, { x: x + driftX * t, y: y + driftY * t }));
}

function cameraOf(rng: Random, difficulty: Difficulty): (t: number) => Camera {
  const { cameraShift, cameraShake, zoom } = difficulty;
  const spot = (): number => 0.5 + rng.between(-cameraShift, cameraShift);
  const from = { x: spot(), y: spot(), zoom: rng.between(...zoom) };
  const to = { x: spot(), y: spot(), zoom: rng.between(...zoom) };
  const phase = rng.between(0, 6);
  return (t) => ({
    x: lerp(from.x, to.x, t) + cameraShake * Math.sin(phase + 41 * t),
    y: lerp(from.y, to.y, t) + cameraShake * Math.sin(2 * phase + 53 * t),
    zoom: lerp(from.zoom, to.zoom, t),
  });
}

function lightOf(rng: Random, strength: number): (t: number) => number {
  const base = 1 + rng.between(-strength, strength);
  const change = (strength / 2) * rng.between(-1, 1);
  const phase = rng.between(0, 6);
  return (t) => base + change * Math.sin(phase + 4 * t);
}
