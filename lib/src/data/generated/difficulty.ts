/** How hard generated scenes are to read: the one place that sets the strength of every nuisance. */

export interface Difficulty {
  /** Radius of the actors, stage units (1 = the frame's height), least and most. */
  readonly radius: readonly [number, number];
  /** Size of the whole action against the stage, least and most. */
  readonly stage: readonly [number, number];
  /** Largest distance of the action from the stage's middle, left or right, stage units. */
  readonly offset: number;
  /** Largest distance of the camera from the stage's middle, at the start and at the end, stage units. */
  readonly cameraShift: number;
  /** Amplitude of a hand-held camera's shake, stage units. */
  readonly cameraShake: number;
  /** Zoom at the start and at the end, least and most. */
  readonly zoom: readonly [number, number];
  /** Most small actors that have no part in the action. */
  readonly bystanders: number;
  /** Most walls, hoops, posts, blocks that stand about unused. */
  readonly idleThings: number;
  /** Brightness changes by up to this share, either way; half of it over the clip. */
  readonly light: number;
  /** Levels (0 to 255) by which each colour component of the place may move. */
  readonly tint: number;
  /** Standard deviation of the grain of each frame, levels; drawn between 0 and this. */
  readonly grain: number;
  /** The action may start this share of the clip late, and end as much early. */
  readonly pace: number;
  /** Chance that an attribute that belongs to a class is another one in a video (see `classes.ts`). */
  readonly offStyle: number;
}

/** Of stand-ins whose actions decide: small actors in clutter, so that seeing what goes on takes a close look. */
export const CLUTTERED: Difficulty = {
  radius: [0.05, 0.095],
  stage: [0.74, 0.95],
  offset: 0.09,
  cameraShift: 0.07,
  cameraShake: 0.01,
  zoom: [0.85, 1.08],
  bystanders: 5,
  idleThings: 3,
  light: 0.4,
  tint: 26,
  grain: 16,
  pace: 0.15,
  offStyle: 0.2,
};

/** Of the other stand-in datasets. */
export const DIFFICULTY: Difficulty = {
  radius: [0.065, 0.115],
  stage: [0.78, 1],
  offset: 0.06,
  cameraShift: 0.05,
  cameraShake: 0.008,
  zoom: [0.9, 1.1],
  bystanders: 3,
  idleThings: 2,
  light: 0.3,
  tint: 18,
  grain: 10,
  pace: 0.12,
  offStyle: 0.2,
};

/** Nothing but the action: for pictures that explain, and for tests of the actions themselves. */
export const CLEAR: Difficulty = {
  radius: [0.08, 0.08],
  stage: [1, 1],
  offset: 0,
  cameraShift: 0,
  cameraShake: 0,
  zoom: [1, 1],
  bystanders: 0,
  idleThings: 0,
  light: 0,
  tint: 0,
  grain: 0,
  pace: 0,
  offStyle: 0,
};
