/** A recogniser from files: a backbone's checkpoint, or one that a run has trained (backbone and fusion together). */
import { UserError } from "../errors.js";
import type { Tower } from "../features/encode.js";
import { clipConfigOf, clipShapes } from "../models/clip-config.js";
import type { RecognizerConfig } from "../models/recognizer.js";
import type { VghifConfig } from "../models/vghif-config.js";
import { fusionShapes } from "../models/vghif-params.js";
import type { Params, Tensor } from "../nn/array.js";
import { checkShapes, sha256, toHost, toTensor } from "../weights/load.js";
import { SMOKE_CLIP, weightsFile } from "../weights/registry.js";
import { type HostTensor, openSafetensors, writeSafetensors } from "../weights/safetensors.js";

export interface Recognizer extends Tower {
  readonly config: RecognizerConfig;
  /** As it was asked for. */
  readonly weights: string;
  readonly file: string;
}

/** Metadata of a trained recogniser's file. */
const FUSION_KEY = "vghif.config";

/**
 * Loads a recogniser; its parameters are the caller's (`disposeParams`). `weights`: "smoke-clip" (default), an official
 * name, or a safetensors file; a file written by `saveRecognizer` brings its fusion along. Throws a UserError naming what
 * is missing, extra or misshapen.
 */
export async function loadRecognizer(weights: string = SMOKE_CLIP): Promise<Recognizer> {
  const file = weightsFile(weights);
  const source = await openSafetensors(file);
  try {
    const shapes = new Map([...source.entries].map(([name, entry]) => [name, entry.shape] as const));
    for (const name of ["input_resolution", "context_length", "vocab_size"]) shapes.delete(name);
    const vghif = fusionOf(source.metadata[FUSION_KEY], file);
    let clip: RecognizerConfig["clip"];
    try {
      clip = clipConfigOf(shapes);
    } catch (error) {
      throw new UserError(`${file}: ${(error as Error).message}`);
    }
    const expected = new Map<string, readonly number[]>(clipShapes(clip));
    for (const [name, shape] of vghif ? fusionShapes(vghif, clip) : []) expected.set(name, shape);
    checkShapes(file, shapes, expected);
    const params: Record<string, Tensor> = {};
    for (const name of expected.keys()) params[name] = toTensor(await source.read(name));
    return { config: { clip, vghif }, clip, params, hash: await sha256(file), weights, file };
  } finally {
    await source.close();
  }
}

function fusionOf(text: string | undefined, file: string): VghifConfig | null {
  if (text === undefined) return null;
  try {
    return JSON.parse(text) as VghifConfig;
  } catch {
    throw new UserError(`${file}: its metadata "${FUSION_KEY}" is not JSON`);
  }
}

/** Writes a recogniser, fusion and all, as one safetensors file. */
export async function saveRecognizer(file: string, params: Params, config: RecognizerConfig): Promise<void> {
  const tensors = new Map<string, HostTensor>();
  for (const [name, tensor] of Object.entries(params)) tensors.set(name, await toHost(tensor));
  const metadata = config.vghif ? { [FUSION_KEY]: JSON.stringify(config.vghif) } : {};
  await writeSafetensors(file, tensors, { metadata });
}
