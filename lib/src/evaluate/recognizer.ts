/** A recogniser from files: a backbone's checkpoint, or one that a run has trained (backbone and fusion together). */
import { startEngine } from "../engine/index.js";
import { UserError } from "../errors.js";
import type { Tower } from "../features/encode.js";
import type { RecognizerConfig } from "../models/recognizer.js";
import type { VghifConfig } from "../models/vghif-config.js";
import { fusionShapes } from "../models/vghif-params.js";
import type { Params } from "../nn/array.js";
import { toHost } from "../weights/load.js";
import { loadBackbone } from "../weights/load-backbone.js";
import { FUSION_KEY, TEMPLATE_KEY } from "../weights/model.js";
import { printable } from "../weights/printable.js";
import { SMOKE_CLIP, weightsFile } from "../weights/registry.js";
import { type HostTensor, writeSafetensors } from "../weights/safetensors.js";

export interface Recognizer extends Tower {
  readonly config: RecognizerConfig;
  /** Prompt around a label, `{}` being the label: as it was trained, where its file tells; else "{}", the bare label. */
  readonly template: string;
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
  const { backbone, params, id } = await loadBackbone(file, {
    ...(clipWeights === undefined ? {} : { tokenTable: weightsFile(clipWeights) }),
    more: ({ config }, metadata) => {
      vghif = fusionOf(metadata[FUSION_KEY], file);
      template = templateOf(metadata[TEMPLATE_KEY] ?? BARE, file);
      return vghif ? fusionShapes(vghif, config) : new Map();
    },
  });
  return { config: { backbone, vghif }, backbone, params, template, hash: id, weights, file };
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

/** Writes a recogniser, fusion, template and all, as one safetensors file. `template`: default the bare label. */
export async function saveRecognizer(
  file: string,
  params: Params,
  config: RecognizerConfig,
  template: string = BARE,
): Promise<void> {
  const tensors = new Map<string, HostTensor>();
  for (const [name, tensor] of Object.entries(params)) tensors.set(name, await toHost(tensor));
  const fusion = config.vghif ? { [FUSION_KEY]: JSON.stringify(config.vghif) } : {};
  await writeSafetensors(file, tensors, { metadata: { ...fusion, [TEMPLATE_KEY]: template } });
}
