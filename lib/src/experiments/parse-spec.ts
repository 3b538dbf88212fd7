/** The door for a spec that comes from outside (`vghif run SPEC.json`, a worker's message): checked field by field. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { MixingSpec } from "../data/augment/mixing.js";
import type { Augmentation } from "../data/augment/spec.js";
import { SPELLINGS } from "../data/class-names.js";
import { FEW_SHOT_LISTS } from "../data/few-shot.js";
import type { ViewsSpec } from "../data/frames/views.js";
import { messageOf, UserError } from "../errors.js";
import { FAMILIES, type FamilyName } from "../models/families.js";
import type { VghifConfig } from "../models/vghif-config.js";
import type { PromptConfig } from "../models/vificlip-config.js";
import { checked } from "./checked.js";
import type { RunSpec, TrainSpec } from "./spec.js";

const count = z.int().nonnegative();
const positive = z.int().positive();

const vghif: z.ZodType<VghifConfig> = z.strictObject({
  levels: z.array(positive).min(1).nullable(),
  select: z.enum(["cls", "patch", "cls+patch", "all"]),
  iterations: count,
  order: z.enum(["shallow-to-deep", "deep-to-shallow"]),
  share: z.boolean(),
  guide: z.enum(["visual-to-text", "text-to-visual", "both"]),
  where: z.enum(["after", "inside"]),
  interaction: z.enum(["attention", "mean-pool", "concat-mlp", "film"]),
  heads: positive,
  ffn: z.boolean(),
  ratio: z.number().positive(),
  gate: z.number(),
  start: z.enum(["normal", "identity"]),
});

const share = z.number().min(0).max(1);

const augment: z.ZodType<Augmentation> = z.strictObject({
  crop: z
    .strictObject({
      scales: z.array(z.number().positive().max(1)).min(1),
      maxGap: count,
      places: z.union([z.literal(5), z.literal(13), z.literal("any")]),
    })
    .exactOptional(),
  flip: share.exactOptional(),
  jitter: z
    .strictObject({
      chance: share,
      brightness: z.number().nonnegative(),
      contrast: z.number().nonnegative(),
      saturation: z.number().nonnegative(),
      hue: z.number().min(0).max(0.5),
    })
    .exactOptional(),
  gray: share.exactOptional(),
});

const mixing: z.ZodType<MixingSpec> = z.strictObject({
  mixup: z.number().positive(),
  cutmix: z.number().positive(),
  cutmixChance: share,
  group: positive,
});

const train: z.ZodType<TrainSpec> = z.strictObject({
  epochs: positive,
  warmupEpochs: z.number().nonnegative(),
  batch: positive,
  lr: z.number().positive(),
  fusionLrScale: z.number().positive(),
  weightDecay: z.number().nonnegative(),
  labelSmoothing: z.number().min(0).lt(1),
  trainable: z.enum(["head", "added", "visual", "all", "none"]),
  addedLrScale: z.number().positive().exactOptional(),
  decay: z.enum(["all", "matrices"]).exactOptional(),
  precision: z.enum(["float16", "bfloat16"]).exactOptional(),
  microBatch: positive.exactOptional(),
  remat: z.literal(true).exactOptional(),
  sampling: z.literal("segments").exactOptional(),
  augment: augment.exactOptional(),
  mixing: mixing.exactOptional(),
  replace: z.literal("next").exactOptional(),
});

const prompts: z.ZodType<PromptConfig> = z.strictObject({ length: count, depth: count });

const views: z.ZodType<ViewsSpec> = z.strictObject({
  clips: positive,
  crops: z.literal([1, 3]),
  rule: z.enum(["random", "fixed"]),
});

/** Every spec that the kit can run; used for records too. Internal: no public type mentions it. */
export const runSpecSchema: z.ZodType<RunSpec> = z.strictObject({
  scale: z.enum(["smoke", "paper"]),
  task: z.enum(["zero-shot", "few-shot", "full"]),
  dataset: z.string().min(1),
  shots: positive.nullable(),
  fewShotLists: z.enum(FEW_SHOT_LISTS).exactOptional(),
  seed: count,
  model: z.enum(Object.keys(FAMILIES) as FamilyName[]),
  prompts: z.strictObject({ vision: prompts, text: prompts }).exactOptional(),
  weights: z.string().min(1),
  frames: positive,
  template: z.string().regex(/\{\}/, 'Invalid template: expected a text that holds "{}", the place of the class name'),
  spelling: z.enum(SPELLINGS).exactOptional(),
  vghif: vghif.nullable(),
  train: train.nullable(),
  views: views.exactOptional(),
  evaluate: z.enum(["val", "test"]),
});

/** Reads a spec from a JSON file. @throws UserError where the file cannot be read, is no JSON, or is no spec */
export async function readSpec(file: string): Promise<RunSpec> {
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw new UserError(`cannot read the spec ${file}: ${messageOf(error)}`);
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${file} is not JSON: ${messageOf(error)}`);
  }
  return parseSpec(value, file);
}

/**
 * Checks unknown JSON to be a RunSpec.
 *
 * @param source where it came from, for the message (a file's path)
 * @throws UserError in one line: each wrong field with what was expected and what was received; or fields that
 *   contradict each other (a few-shot run without shots, a zero-shot run with training)
 */
export function parseSpec(value: unknown, source: string): RunSpec {
  const spec = checked(runSpecSchema, value, `${source} is not a run's spec`);
  const fewShot = spec.task === "few-shot";
  if (fewShot !== (spec.shots !== null)) {
    throw new UserError(
      `${source}: field "shots" must be ${fewShot ? "a number of videos a class" : "null"} where "task" is "${spec.task}", received ${spec.shots}`,
    );
  }
  if (spec.fewShotLists && !fewShot) {
    throw new UserError(
      `${source}: field "fewShotLists" is for few-shot runs, and "task" is "${spec.task}": leave it out`,
    );
  }
  const trains = spec.task !== "zero-shot";
  if (trains !== (spec.train !== null)) {
    throw new UserError(
      `${source}: field "train" must be ${trains ? "an object" : "null"} where "task" is "${spec.task}", received ${spec.train === null ? "null" : "an object"}`,
    );
  }
  if (spec.views) checkViews(spec.views, source);
  return spec;
}

/** What means the same must be spelt the same, so that equal runs have equal ids. */
function checkViews(views: ViewsSpec, source: string): void {
  if (views.clips === 1 && views.crops === 1) {
    throw new UserError(`${source}: field "views" must be left out where it is 1 clip x 1 crop, the default`);
  }
  if (views.clips === 1 && views.rule === "random") {
    throw new UserError(
      `${source}: field "views.rule" must be "fixed" where "clips" is 1, whose frames are the segments' centres, received "random"`,
    );
  }
}
