/** What every model's reference case has: weights of its own shapes, pixels and token ids. */
import { messageOf, UserError } from "../errors.js";
import { type TextBatch, textBatch } from "../models/clip.js";
import { type Params, type Tensor, tf } from "../nn/array.js";
import { checkShapes, toTensor } from "../weights/load.js";
import { type HostTensor, openSafetensors } from "../weights/safetensors.js";
import { needTensors } from "./case.js";

export interface CaseInputs {
  /** [B, T, 3, h, w] */
  readonly pixels: Tensor;
  readonly text: TextBatch;
  /** int32 [B]; absent where the case has none. */
  readonly labels?: Tensor;
}

/** What a case's tensors are a function of. */
export interface ModelInputs extends CaseInputs {
  readonly params: Params;
}

/** The case's `inputs` as tensors, owned by the caller, and all of them as they are in the file. */
export async function readInputs(dir: string): Promise<{ inputs: CaseInputs; host: ReadonlyMap<string, HostTensor> }> {
  const host = await needTensors(dir, "inputs");
  const ids = host.get("token_ids");
  const pixels = host.get("pixels");
  if (!ids || !pixels) throw new UserError(`${dir}: inputs need "pixels" and "token_ids"`);
  const length = ids.shape[1]!;
  const rows = Array.from({ length: ids.shape[0]! }, (_, row) => ids.data.slice(row * length, (row + 1) * length));
  const labels = host.get("labels");
  const inputs = {
    pixels: toTensor(pixels),
    text: textBatch(rows, length),
    ...(labels ? { labels: toTensor(labels) } : {}),
  };
  return { inputs, host };
}

type Shapes = ReadonlyMap<string, readonly number[]>;

/** Loads a state dict whose configuration follows from its shapes; missing, extra and misshapen tensors are errors. */
export async function loadParams<C>(
  file: string,
  configOf: (shapes: Shapes) => C,
  shapesOf: (config: C) => Shapes,
): Promise<{ config: C; params: Params }> {
  const source = await openSafetensors(file);
  try {
    const found = new Map([...source.entries].map(([name, entry]) => [name, entry.shape] as const));
    let config: C;
    try {
      config = configOf(found);
    } catch (error) {
      throw new UserError(`${file}: ${messageOf(error)}`);
    }
    const expected = shapesOf(config);
    checkShapes(file, found, expected);
    const params: Record<string, Tensor> = {};
    for (const name of expected.keys()) params[name] = toTensor(await source.read(name));
    return { config, params };
  } finally {
    await source.close();
  }
}

/** Frees the tensors of `readInputs` and a model's parameters. */
export function disposeInputs({ params, pixels, text, labels }: ModelInputs): void {
  tf.dispose([params, pixels, text.ids, text.pool, labels ?? []]);
}
