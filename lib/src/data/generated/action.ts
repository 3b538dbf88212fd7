/** What an action is: it casts its actor and things once, and then says what is on the stage at any moment. */

import type { Random } from "../random.js";
import type { Actor } from "./actors.js";
import type { Paint, Shape } from "./raster.js";

export interface Cast {
  readonly actor: Actor;
  /** A second actor, for the actions that have two. */
  readonly other: Actor;
  /** The colour of walls, boxes, posts. */
  readonly prop: Paint;
  /** The action's own stream: its course differs each time. */
  readonly rng: Random;
}

/** The shapes on the stage at time t, 0 to 1, first drawn first. */
export type Motion = (t: number) => Shape[];

/** All actions run from left to right; the scene mirrors half of them. */
export type Stager = (cast: Cast) => Motion;
