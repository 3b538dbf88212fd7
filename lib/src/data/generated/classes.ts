/** The classes of the generated datasets: a name, which is all that a model is told, and what it means in a scene. */
import type { ActionName } from "./actions.js";
import type { Look } from "./actors.js";
import type { PlaceName } from "./places.js";

/** Attributes that are absent are random in every video. */
export interface ClassScript extends Partial<Look> {
  readonly name: string;
  readonly action: ActionName;
  readonly place?: PlaceName;
}

/**
 * Appearance decides, as in UCF101, where the setting and the things in view nearly name the class. Neighbours share
 * all but one or two attributes.
 */
export const UCF_LIKE: readonly ClassScript[] = [
  c("a red ball bouncing on the grass", "bounceOnFloor", "ball", "red", "plain", "meadow"),
  c("a red ball rolling on the sand", "roll", "ball", "red", "plain", "beach"),
  c("a blue ball rolling in the snow", "roll", "ball", "blue", "plain", "snow"),
  c("a striped blue square sliding down in the snow", "slideDownRamp", "square", "blue", "striped", "snow"),
  c("a yellow star floating up at night", "floatUp", "star", "yellow", "plain", "night"),
  c("a white ring floating up at night", "floatUp", "ring", "white", "plain", "night"),
  c("a green triangle riding through the street", "rideCart", "triangle", "green", "plain", "street"),
  c("a dotted green hexagon riding through the street", "rideCart", "hexagon", "green", "dotted", "street"),
  c("a purple triangle swinging in a brick room", "swingFromCeiling", "triangle", "purple", "plain", "brick room"),
  c("an orange pill swinging in a brick room", "swingFromCeiling", "pill", "orange", "plain", "brick room"),
  c("a pink stick figure running on a wooden floor", "roll", "figure", "pink", "plain", "wooden room"),
  c("a checkered cross diving by the sea", "diveIntoTub", "cross", "brown", "checkered", "sea"),
];

/**
 * Motion and small local interplay decide, as in HMDB51: actors, colours and places are random, and neighbours have
 * the same things on the stage. Every class can be told from the set of its frames, without their order.
 */
export const HMDB_LIKE: readonly ClassScript[] = [
  { name: "bouncing off a wall", action: "bounceOffWall" },
  { name: "hiding behind a screen", action: "hideBehindScreen" },
  { name: "going through a hoop", action: "goThroughHoop" },
  { name: "orbiting a post", action: "orbitPost" },
  { name: "being swallowed by a box", action: "swallowedByBox" },
  { name: "knocking over a block", action: "knockOverBlock" },
  { name: "jumping over a block", action: "jumpOverBlock" },
  { name: "pushing a block", action: "pushBlock" },
  { name: "splitting in two", action: "split" },
  { name: "swinging from the ceiling", action: "swingFromCeiling" },
  { name: "climbing the stairs", action: "climbStairs" },
  { name: "zigzagging through the air", action: "zigzag" },
];

/** Large and mixed, as Kinetics-400: most classes are actions, some also ask for an actor or a place. */
export const KINETICS_LIKE: readonly ClassScript[] = [
  { name: "rolling along the floor", action: "roll" },
  { name: "bouncing up and down", action: "bounceOnFloor" },
  { name: "growing bigger", action: "grow" },
  { name: "bursting into pieces", action: "burst" },
  { name: "spiralling inwards", action: "spiral" },
  { name: "leaving a trail of dots", action: "leaveTrail" },
  { name: "fading away", action: "fade" },
  { name: "flashing brightly", action: "flash" },
  { name: "floating up on a string", action: "floatUp" },
  { name: "colliding head on", action: "collide" },
  { name: "chasing another one", action: "chase" },
  { name: "playing on a seesaw", action: "seesaw" },
  { name: "stacking up a tower", action: "stackUp" },
  { name: "carrying another one on top", action: "carryOnTop" },
  { name: "sliding down a slope", action: "slideDownRamp" },
  { name: "diving into a tub of water", action: "diveIntoTub" },
  { name: "riding a cart", action: "rideCart" },
  { name: "being squashed by a press", action: "squashedByPress" },
  { name: "passing under a bridge", action: "passUnderBridge" },
  { name: "coming down by parachute", action: "parachute" },
  { name: "being hit by a dart", action: "hitByDart" },
  { name: "a ball going through a hoop", action: "goThroughHoop", kind: "ball" },
  { name: "a star jumping over a block", action: "jumpOverBlock", kind: "star" },
  { name: "a stick figure climbing stairs", action: "climbStairs", kind: "figure" },
  { name: "a stick figure pushing a block", action: "pushBlock", kind: "figure" },
  { name: "a ring orbiting a post", action: "orbitPost", kind: "ring" },
  { name: "a square knocking over a block", action: "knockOverBlock", kind: "square" },
  { name: "bouncing off a wall at night", action: "bounceOffWall", place: "night" },
  { name: "swinging on a stage", action: "swingFromCeiling", place: "stage" },
  { name: "zigzagging over the sea", action: "zigzag", place: "sea" },
];

/** The classes of Kinetics-like that its small sister keeps. */
export const MINI_KINETICS_LIKE: readonly ClassScript[] = [0, 1, 3, 6, 9, 12, 15, 18, 20, 21, 24, 28].map(
  (label) => KINETICS_LIKE[label] as ClassScript,
);

function c(
  name: string,
  action: ActionName,
  kind: Look["kind"],
  colour: Look["colour"],
  texture: Look["texture"],
  place: PlaceName,
): ClassScript {
  return { name, action, kind, colour, texture, place };
}
