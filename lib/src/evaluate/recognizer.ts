/** A recogniser from files: a backbone's checkpoint, or one that a run has trained (backbone and fusion together). */
import { z } from "zod";
import { startEngine } from "../engine/index.js";
import { UsageError, UserError } from "../errors.js";
import type { Tower } from "../features/encode.js";
import type { RecognizerConfig } from "../models/recognizer.js";
import type { VghifConfig } from "../models/vghif-config.js";
import { fusionShapes } from "../models/vghif-params.js";
import type { Params } from "../nn/array.js";
import { toHost } from "../weights/load.js";
import { loadBackbone } from "../weights/load-backbone.js";
import { FUSION_KEY, TEMPLATE_KEY, TRAINED_KEY } from "../weights/model.js";
import { printable } from "../weights/printable.js";
import { SMOKE_CLIP, weightsFile } from "../weights/registry.js";
import { type HostTensor, writeSafetensors } from "../weights/safetensors.js";

/** What a recogniser was trained with, where its file tells. */
export interface TrainedWith {
  /** Class names, as its prompts spell them. */
  readonly classes: readonly string[];
  /** Frames a video. */
  readonly frames: number;
}

export interface Recognizer extends Tower {
  readonly config: RecognizerConfig;
  /** Prompt around a label, `{}` being the label: as it was trained, where its file tells; else "{}", the bare label. */
  readonly template: string;
  /** Absent where its file does not tell. */
  readonly trained?: TrainedWith;
  /** As it was asked for. */
  readonly weights: string;
  readonly file: string;
}

export interface RecognizerSource {
  /** CLIP checkpoint with the token table of an official ViFi-CLIP file. Default: the official one of its sizes. */
  readonly clipWeights?: string;
}

/**
 * Loads a recogniser of any backbone; its parameters are the caller's (`disposeParams`). `weights`: "smoke-clip" (default), an official
 * name, or any checkpoint file; a file written by `saveRecognizer` brings its fusion and template along. Throws a UserError
 * naming what is missing, extra or misshapen.
 */
export async function loadRecognizer(
  weights: string = SMOKE_CLIP,
  { clipWeights }: RecognizerSource = {},
): Promise<Recognizer> {
  await startEngine();
  const file = weightsFile(weights);
  let vghif: VghifConfig | null = null;
  let template = BARE;
  let trained: TrainedWith | undefined;
  const { backbone, params, id } = await loadBackbone(file, {
    ...(clipWeights === undefined ? {} : { tokenTable: weightsFile(clipWeights) }),
    more: ({ config }, metadata) => {
      vghif = fusionOf(metadata[FUSION_KEY], file);
      template = templateOf(metadata[TEMPLATE_KEY] ?? BARE, file);
      trained = trainedOf(metadata[TRAINED_KEY], file);
      return vghif ? fusionShapes(vghif, config) : new Map();
    },
  });
  const made = trained ? { trained } : {};
  return { config: { backbone, vghif }, backbone, params, template, ...made, hash: id, weights, file };
}

/** The label alone. */
const BARE = "{}";

function templateOf(text: string, file: string): string {
  if (text.includes("{}")) return text;
  const said = `its metadata "${TEMPLATE_KEY}" is "${text}", without "{}", the place of the label`;
  throw new UserError(printable(`${file}: ${said}`));
}

function fusionOf(text: string | undefined, file: string): VghifConfig | null {
  if (text === undefined) return null;
  try {
    return JSON.parse(text) as VghifConfig;
  } catch {
    throw new UserError(`${file}: its metadata "${FUSION_KEY}" is not JSON`);
  }
}

const trainedWith: z.ZodType<TrainedWith> = z.object({
  classes: z.array(z.string()).min(1),
  frames: z.int().positive(),
});

function trainedOf(text: string | undefined, file: string): TrainedWith | undefined {
  if (text === undefined) return undefined;
  try {
    return trainedWith.parse(JSON.parse(text));
  } catch {
    throw new UserError(`${file}: its metadata "${TRAINED_KEY}" does not tell class names and frames`);
  }
}

/** The classes that a recogniser was trained with. @throws UsageError where its file does not tell */
export function classesOf({ trained, weights }: Recognizer): readonly string[] {
  if (trained) return trained.classes;
  throw new UsageError(`${weights} does not tell its classes: give --labels "a,b,c" or a file with one label a line`);
}

/** Writes a recogniser, fusion, template and all, as one safetensors file. `template`: default the bare label. `trained`: default not told. */
export async function saveRecognizer(
  file: string,
  params: Params,
  config: RecognizerConfig,
  template: string = BARE,
  trained?: TrainedWith,
): Promise<void> {
  const tensors = new Map<string, HostTensor>();
  for (const [name, tensor] of Object.entries(params)) tensors.set(name, await toHost(tensor));
  const fusion = config.vghif ? { [FUSION_KEY]: JSON.stringify(config.vghif) } : {};
  const told = trained ? { [TRAINED_KEY]: JSON.stringify(trained) } : {};
  await writeSafetensors(file, tensors, { metadata: { ...fusion, [TEMPLATE_KEY]: template, ...told } });
}
