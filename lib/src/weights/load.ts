/** Checkpoint files to parameters on the tensor backend, checked name by name and shape by shape. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { messageOf, UserError } from "../errors.js";
import { type ClipConfig, clipConfigOf, clipShapes } from "../models/clip-config.js";
import { type Params, type Tensor, tf } from "../nn/array.js";
import { type HostTensor, openSafetensors } from "./safetensors.js";

/** Entries of the original archives that are sizes, not parameters. */
const NOT_PARAMETERS = new Set(["input_resolution", "context_length", "vocab_size"]);

export interface LoadedClip {
  readonly config: ClipConfig;
  /** Every parameter of `clipShapes(config)` and of `more`, 32-bit; owned by the caller. */
  readonly params: Record<string, Tensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Host values -> a tensor of the current backend. */
export function toTensor(host: HostTensor): Tensor {
  const dtype = host.dtype === "F32" ? "float32" : "int32";
  const data = host.data instanceof Uint8Array ? Int32Array.from(host.data) : host.data;
  return tf.tensor(data, [...host.shape], dtype);
}

/** A tensor's values, copied to the host. */
export async function toHost(tensor: Tensor): Promise<HostTensor> {
  const data = await tensor.data();
  const shape = [...tensor.shape];
  if (tensor.dtype === "float32") return { dtype: "F32", shape, data: Float32Array.from(data) };
  return { dtype: "I32", shape, data: Int32Array.from(data) };
}

/**
 * Loads a CLIP (ViT) state dict from a safetensors file; 16-bit floats are widened. Missing, extra and misshapen
 * tensors are errors that name them.
 * @param more parameters beyond CLIP's that the file must hold, by name with their shapes; default: none
 */
export async function loadClip(
  file: string,
  more: (clip: ClipConfig, metadata: LoadedClip["metadata"]) => ReadonlyMap<string, readonly number[]> = () =>
    new Map(),
): Promise<LoadedClip> {
  const source = await openSafetensors(file);
  try {
    const shapes = new Map([...source.entries].map(([name, entry]) => [name, entry.shape] as const));
    for (const name of NOT_PARAMETERS) shapes.delete(name);
    let config: ClipConfig;
    try {
      config = clipConfigOf(shapes);
    } catch (error) {
      throw new UserError(`${file}: ${messageOf(error)}`);
    }
    const expected = new Map([...clipShapes(config), ...more(config, source.metadata)]);
    checkShapes(file, shapes, expected);
    const params: Record<string, Tensor> = {};
    for (const name of expected.keys()) params[name] = toTensor(await source.read(name));
    return { config, params, metadata: source.metadata };
  } finally {
    await source.close();
  }
}

/** Throws a UserError naming the tensors that a checkpoint lacks, has beyond `expected`, or has in another shape. */
export function checkShapes(
  file: string,
  found: ReadonlyMap<string, readonly number[]>,
  expected: ReadonlyMap<string, readonly number[]>,
): void {
  const list = (names: string[]): string =>
    names.length > 5 ? `${names.slice(0, 5).join(", ")} and ${names.length - 5} more` : names.join(", ");
  const missing = [...expected.keys()].filter((name) => !found.has(name));
  if (missing.length > 0) throw new UserError(`${file}: missing tensors: ${list(missing)}`);
  const extra = [...found.keys()].filter((name) => !expected.has(name));
  if (extra.length > 0) throw new UserError(`${file}: tensors that this model does not have: ${list(extra)}`);
  for (const [name, shape] of expected) {
    const actual = found.get(name)!;
    const same = shape.length === actual.length && shape.every((n, axis) => n === actual[axis]);
    if (!same) throw new UserError(`${file}: tensor "${name}" has shape [${actual}], expected [${shape}]`);
  }
}

/** Frees every tensor of a model. */
export function disposeParams(params: Params): void {
  tf.dispose(params as Record<string, Tensor>);
}

/** SHA-256 of a file, hexadecimal, read as a stream. */
export async function sha256(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
