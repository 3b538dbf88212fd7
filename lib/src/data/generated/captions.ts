/** Sentences about one moment of a scene, in more or less detail. */
import type { Random } from "../random.js";
import type { ActionName } from "./actions.js";
import { GENERATED } from "./datasets.js";
import { ACTION_PHRASES, FRAMES, KIND_WORDS, PLACE_PHRASES, SIZE_WORDS, TEXTURE_WORDS } from "./phrases.js";
import type { Scene } from "./scene.js";

/** Every class name of every stand-in; no caption holds one of them. */
export const CLASS_NAMES: readonly string[] = [
  ...new Set(GENERATED.flatMap((dataset) => dataset.classes.map((script) => script.name))),
];

/** Whether a sentence holds the name of a class, as whole words. */
export function namesAClass(sentence: string): boolean {
  const padded = ` ${sentence.toLowerCase()} `;
  return CLASS_NAMES.some((name) => padded.includes(` ${name} `));
}

/**
 * A caption of the scene at time t. What it says is true, but it need not say all: size, texture, colour, action and
 * place are each named by chance. Never holds a class name of a stand-in.
 */
export function captionOf(scene: Scene, t: number, rng: Random): string {
  for (;;) {
    const caption = anyCaption(scene, t, rng);
    if (!namesAClass(caption)) return caption;
  }
}

/** What goes on, without a word about who, or a time: "bouncing up from the ground". Never a class name of a stand-in. */
export function actionCaption(action: ActionName, rng: Random): string {
  for (;;) {
    const { doing, does } = ACTION_PHRASES[action];
    const caption = rng.chance(0.7)
      ? rng.pick(doing)
      : `${rng.pick(["something", "someone", "one"])} ${rng.pick(does)}`;
    if (!namesAClass(caption)) return caption;
  }
}

/** Who and where, without a word about what goes on: "a picture of a striped red ball over the grass". */
export function actorCaptionOf(scene: Scene, rng: Random): string {
  const where = rng.chance(0.6) ? ` ${rng.pick(PLACE_PHRASES[scene.script.place])}` : "";
  const subject = `${subjectOf(scene, rng, "a")}${where}`;
  return rng.chance(0.5) ? subject : rng.pick(FRAMES).replace("{}", () => subject);
}

function anyCaption(scene: Scene, t: number, rng: Random): string {
  const { action, place } = scene.script;
  const phrases = ACTION_PHRASES[action];
  const moment = scene.progress(t);
  const moments = (phrases.moments ?? []).filter(({ from, to }) => moment >= from && moment <= to);
  const doing = moments.length > 0 && rng.chance(0.4) ? rng.pick(moments).doing : rng.pick(phrases.doing);
  const where = rng.chance(0.45) ? ` ${rng.pick(PLACE_PHRASES[place])}` : "";
  const detail = rng.next();
  // The actor alone, the action alone, a statement, or a description in a frame of words.
  if (detail < 0.08) return rng.pick(FRAMES).replace("{}", `${subjectOf(scene, rng, "a")}${where}`);
  if (detail < 0.28) return `${doing}${where}`;
  if (detail < 0.48) return `${subjectOf(scene, rng, "the")} ${rng.pick(phrases.does)}${where}`;
  if (detail < 0.56) return `${rng.pick(["something", "someone", "one"])} ${rng.pick(phrases.does)}${where}`;
  return rng.pick(FRAMES).replace("{}", `${subjectOf(scene, rng, "a")} ${doing}${where}`);
}

/** "a small striped red ball", with each attribute or without. */
function subjectOf(scene: Scene, rng: Random, article: "a" | "the"): string {
  const { kind, colour, texture } = scene.script.look;
  const { small, large, below, above } = SIZE_WORDS;
  const words: string[] = [];
  if (rng.chance(0.35)) {
    if (scene.radius < below) words.push(rng.pick(small));
    else if (scene.radius > above) words.push(rng.pick(large));
  }
  if (rng.chance(0.6)) words.push(rng.pick(TEXTURE_WORDS[texture]));
  if (rng.chance(0.7)) words.push(colour);
  words.push(rng.pick(KIND_WORDS[kind]));
  const text = words.filter((word) => word !== "").join(" ");
  return article === "a" ? `${/^[aeiou]/.test(text) ? "an" : "a"} ${text}` : `the ${text}`;
}
