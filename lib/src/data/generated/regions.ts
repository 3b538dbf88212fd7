/** What is where in a frame: a word for each cell of a grid, as region captions for pre-training. */
import type { ActionName } from "./actions.js";
import { KINDS, kindThing } from "./actors.js";
import { covers, type Size, stagePoint } from "./raster.js";
import type { Scene } from "./scene.js";

/** What the parts of an action's own things are, where they are not among the common ones. */
const OWN_THINGS: Readonly<Partial<Record<ActionName, string>>> = {
  flash: "bright rays",
  floatUp: "a string",
  hitByDart: "a dart",
  parachute: "a parachute",
  seesaw: "a seesaw",
  squashedByPress: "a press",
  swingFromCeiling: "a rope",
};

const COMMON_THINGS = [
  "a wall",
  "a screen",
  "a post",
  "a hoop",
  "a block",
  "a box",
  "stairs",
  "a ramp",
  "a cart",
  "a bridge",
  "a tub of water",
];

const SOMETHING = "a small thing";

/** Every word that a region can have, but the background's. */
export const THINGS: readonly string[] = [
  ...COMMON_THINGS,
  ...Object.values(OWN_THINGS),
  SOMETHING,
  ...KINDS.map(kindThing),
];

/** Points a cell's side at which a cell is looked at. */
const PROBES = 3;

/**
 * The thing that covers most of each cell's probed points, front most first, cell by cell [grid * grid]; null where it is
 * background that covers most, unless a thing covers a third.
 */
export function regionThings(scene: Scene, t: number, size: Size, grid: number): (string | null)[] {
  const camera = scene.camera(t);
  const shapes = scene.shapes(t).reverse();
  const own = OWN_THINGS[scene.script.action] ?? SOMETHING;
  const [wide, high] = [size.width / grid, size.height / grid];
  return Array.from({ length: grid * grid }, (_, cell) => {
    const votes = new Map<string, number>();
    for (let probe = 0; probe < PROBES * PROBES; probe++) {
      const column = ((cell % grid) + ((probe % PROBES) + 0.5) / PROBES) * wide;
      const row = (Math.floor(cell / grid) + (Math.floor(probe / PROBES) + 0.5) / PROBES) * high;
      const [x, y] = stagePoint(size, camera, column, row);
      const shape = shapes.find((candidate) => covers(candidate, x, y));
      if (shape) votes.set(shape.thing ?? own, (votes.get(shape.thing ?? own) ?? 0) + 1);
    }
    const [best] = [...votes].sort((a, b) => b[1] - a[1]);
    return best && best[1] >= PROBES ? best[0] : null;
  });
}
