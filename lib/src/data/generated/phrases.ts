/** What captions can say: several ways to put each action, actor and place. None is a stand-in's class name. */
import type { ActionName } from "./actions.js";
import type { Kind } from "./actors.js";
import type { PlaceName } from "./places.js";
import type { Texture } from "./raster.js";

export interface ActionPhrases {
  /** Go on after a subject, "a red ball": what it is doing. */
  readonly doing: readonly string[];
  /** As a statement, "the red ball ...". */
  readonly does: readonly string[];
  /** What is so only in a part of the action, `from` to `to` of its time. */
  readonly moments?: readonly { readonly from: number; readonly to: number; readonly doing: string }[];
}

const p = (
  doing: readonly string[],
  does: readonly string[],
  moments: ActionPhrases["moments"] = [],
): ActionPhrases => ({ doing, does, moments });

export const ACTION_PHRASES: Readonly<Record<ActionName, ActionPhrases>> = {
  roll: p(
    ["rolling on the floor", "rolling over the ground", "running along the ground", "moving along the floor"],
    ["rolls along the floor", "runs over the floor", "rolls from side to side on the ground"],
  ),
  bounceOnFloor: p(
    ["bouncing on the floor", "bouncing up from the ground", "hopping up and down", "bouncing high"],
    ["bounces up and down", "bounces on the ground", "springs up from the floor"],
  ),
  zigzag: p(
    ["in a zigzag", "zigzagging up and down", "flying in zigzags through the air", "making a zigzag in the air"],
    ["zigzags through the air", "flies up and down in a zigzag"],
  ),
  grow: p(
    ["getting bigger", "growing", "growing larger and larger", "becoming big"],
    ["grows bigger", "gets larger", "grows in the air"],
    [
      { from: 0.75, to: 1, doing: "grown very big" },
      { from: 0, to: 0.2, doing: "still very small" },
    ],
  ),
  split: p(
    ["splitting into two", "dividing in two halves", "parting in two", "becoming two"],
    ["splits in two", "divides into two small ones", "splits apart"],
    [{ from: 0.5, to: 1, doing: "split into two small ones" }],
  ),
  burst: p(
    ["bursting apart", "exploding into pieces", "breaking to pieces", "bursting in the air"],
    ["bursts into pieces", "explodes", "breaks into small pieces"],
    [{ from: 0.4, to: 1, doing: "in many small pieces" }],
  ),
  spiral: p(
    ["in a spiral", "spiralling in", "circling inwards", "flying round in a spiral"],
    ["spirals inwards", "flies in smaller and smaller circles"],
  ),
  leaveTrail: p(
    ["leaving dots behind", "leaving a trail", "with a trail of small dots", "drawing a dotted trail"],
    ["leaves a trail of dots", "leaves a dotted line behind"],
  ),
  fade: p(
    ["fading", "fading out", "slowly vanishing", "becoming faint"],
    ["fades away", "fades out", "disappears slowly"],
    [{ from: 0.65, to: 1, doing: "almost faded away" }],
  ),
  flash: p(
    ["flashing", "shining with bright flashes", "glowing and flashing", "blinking brightly"],
    ["flashes brightly", "blinks with light", "shines brightly"],
  ),
  floatUp: p(
    ["floating up", "floating upwards with a string", "rising on a string", "going up like a balloon"],
    ["floats up on a string", "rises into the air", "floats up high"],
    [
      { from: 0.75, to: 1, doing: "floating high above the floor" },
      { from: 0, to: 0.25, doing: "floating just above the floor" },
    ],
  ),
  collide: p(
    ["colliding with another one", "crashing into another", "hitting another one head on", "and another one colliding"],
    ["collides head on with another", "crashes into another one"],
    [{ from: 0.42, to: 0.58, doing: "touching another one" }],
  ),
  chase: p(
    ["chasing another", "running after another one", "following another one closely", "chasing a second one"],
    ["chases another one", "runs after another one"],
  ),
  seesaw: p(
    ["on a seesaw", "balancing on a seesaw", "going up and down on a seesaw", "playing on the seesaw with another one"],
    ["plays on a seesaw", "sits on a seesaw with another one"],
  ),
  stackUp: p(
    ["stacked up", "stacking up as a tower", "piling up in a tower", "in a growing stack"],
    ["stacks up into a tower", "makes a tower", "piles up"],
    [{ from: 0.75, to: 1, doing: "standing as a tall tower" }],
  ),
  carryOnTop: p(
    [
      "carrying another one",
      "with another one on top",
      "carrying another on its head",
      "walking with another one on top",
    ],
    ["carries another one on top", "has another one on top"],
  ),
  bounceOffWall: p(
    ["bouncing against a wall", "bouncing off the wall", "hitting a wall", "rebounding from the wall"],
    ["bounces off a wall", "hits the wall and comes back", "bounces back from a wall"],
    [{ from: 0.4, to: 0.6, doing: "touching a wall" }],
  ),
  hideBehindScreen: p(
    ["hiding behind the screen", "going behind a screen", "hidden by a screen", "hiding at a wide screen"],
    ["hides behind a screen", "goes behind the screen"],
    [{ from: 0.4, to: 0.65, doing: "half hidden behind a screen" }],
  ),
  goThroughHoop: p(
    ["passing through a hoop", "flying through the hoop", "going through the hoop", "jumping through a hoop"],
    ["goes through a hoop", "flies through a hoop"],
    [{ from: 0.4, to: 0.6, doing: "inside a hoop" }],
  ),
  orbitPost: p(
    ["circling a post", "going around a post", "orbiting the post", "flying round a post"],
    ["orbits a post", "circles around the post", "goes round a pole"],
  ),
  swallowedByBox: p(
    ["falling into a box", "swallowed by a box", "dropping into an open box", "being swallowed by the box"],
    ["is swallowed by a box", "falls into a box", "disappears in a box"],
    [{ from: 0.1, to: 0.4, doing: "above an open box" }],
  ),
  knockOverBlock: p(
    ["knocking a block over", "knocking down a block", "toppling a block", "knocking over the block"],
    ["knocks over a block", "makes a block fall over", "knocks a block down"],
    [{ from: 0.7, to: 1, doing: "beside a fallen block" }],
  ),
  jumpOverBlock: p(
    ["jumping over the block", "leaping over a block", "jumping high above a block", "hopping over a block"],
    ["jumps over a block", "leaps over the block"],
    [{ from: 0.4, to: 0.6, doing: "in the air above a block" }],
  ),
  pushBlock: p(
    ["pushing the block", "pushing a block along", "shoving a block over the floor", "moving a block by pushing it"],
    ["pushes a block", "pushes the block along the floor", "shoves a block"],
  ),
  swingFromCeiling: p(
    ["swinging on a rope", "swinging from above", "hanging and swinging from the roof", "swinging to and fro"],
    ["swings from the ceiling", "hangs on a rope from the ceiling", "swings on a rope"],
  ),
  climbStairs: p(
    ["climbing stairs", "going up the stairs", "climbing some steps", "hopping up the steps"],
    ["climbs the stairs", "goes up the stairs", "climbs the steps"],
    [
      { from: 0.8, to: 1, doing: "at the top of the stairs" },
      { from: 0, to: 0.15, doing: "at the foot of the stairs" },
    ],
  ),
  slideDownRamp: p(
    ["sliding down a ramp", "sliding down the slope", "sliding downhill", "gliding down a slope"],
    ["slides down a slope", "slides down the ramp"],
  ),
  diveIntoTub: p(
    ["diving into the water", "jumping in a tub of water", "splashing into water", "diving into a tub"],
    ["dives into a tub of water", "splashes into a tub", "dives into water"],
    [{ from: 0.55, to: 0.9, doing: "splashing in a tub of water" }],
  ),
  rideCart: p(
    ["riding on a cart", "on a cart with wheels", "driving along on a cart", "riding along on wheels"],
    ["rides a cart", "rides along on a cart", "drives a cart"],
  ),
  squashedByPress: p(
    ["under a press", "squashed by the press", "flattened by a press", "getting squashed"],
    ["is squashed by a press", "gets flattened under a press"],
  ),
  passUnderBridge: p(
    ["passing below a bridge", "going under a bridge", "moving under the bridge", "rolling under a bridge"],
    ["passes under a bridge", "goes below the bridge"],
    [{ from: 0.4, to: 0.6, doing: "right under a bridge" }],
  ),
  parachute: p(
    ["hanging on a parachute", "with a parachute", "falling slowly by parachute", "coming down under a parachute"],
    ["comes down by parachute", "hangs from a parachute"],
  ),
  hitByDart: p(
    ["hit by a dart", "struck by a flying dart", "with a dart flying at it", "being hit by an arrow"],
    ["is hit by a dart", "gets hit by a dart"],
    [{ from: 0.55, to: 1, doing: "with a dart sticking in it" }],
  ),
};

export const KIND_WORDS: Readonly<Record<Kind, readonly string[]>> = {
  ball: ["ball", "ball", "round ball"],
  square: ["square", "square", "square tile"],
  triangle: ["triangle"],
  star: ["star", "star", "five pointed star"],
  ring: ["ring"],
  pill: ["pill", "pill", "capsule"],
  diamond: ["diamond"],
  cross: ["cross"],
  hexagon: ["hexagon"],
  figure: ["stick figure", "stick figure", "figure"],
};

/** The first is for plain ones: nothing is said. */
export const TEXTURE_WORDS: Readonly<Record<Texture, readonly string[]>> = {
  plain: ["", "", "", "plain"],
  striped: ["striped", "striped", "stripy"],
  dotted: ["dotted", "dotted", "spotted"],
  checkered: ["checkered", "checkered", "chequered"],
};

/** A small or large actor is called so, one in between is not. Radii in stage units. */
export const SIZE_WORDS = { small: ["small", "little"], large: ["large", "big"], below: 0.065, above: 0.095 } as const;

export const PLACE_PHRASES: Readonly<Record<PlaceName, readonly string[]>> = {
  meadow: ["on the grass", "in a green meadow", "on grass under a blue sky", "over the grass"],
  beach: ["on the sand", "on a sandy beach", "at the beach", "over the sand"],
  snow: ["in the snow", "on snow", "in the snowy hills", "on a white field of snow"],
  night: ["at night", "under the stars at night", "in the night sky", "in the dark"],
  sea: ["over the sea", "by the sea", "above blue water", "on the waves of the sea"],
  street: ["in the street", "in a street with lit windows", "before a house with windows", "through the street"],
  "brick room": ["in a brick room", "before a brick wall", "in a room with red bricks"],
  "wooden room": ["on a wooden floor", "in a wooden room", "over wooden planks"],
  "tiled room": ["in a tiled room", "on black and white tiles", "before a tiled wall"],
  stage: ["on a stage", "before a red curtain", "on a theatre stage"],
};

/** `{}` is the description. */
export const FRAMES: readonly string[] = [
  "{}",
  "{}",
  "{}",
  "a picture of {}",
  "a frame of {}",
  "a drawing of {}",
  "an image of {}",
  "this is {}",
  "here is {}",
  "we see {}",
];
