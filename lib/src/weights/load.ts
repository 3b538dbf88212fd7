/** Checkpoint files to parameters on the tensor backend, checked name by name and shape by shape. */
import { createHash } from "node:crypto";
import path from "node:path";
import { messageOf, UserError } from "../errors.js";
import { type ClipConfig, clipConfigOf, clipShapes } from "../models/clip-config.js";
import { type Params, type Tensor, tf } from "../nn/array.js";
import { type Checkpoint, openCheckpoint } from "./checkpoint.js";
import { checkpointFile } from "./detect.js";
import { fileHash } from "./file-hash.js";
import { printable } from "./printable.js";
import { isIndex, readIndex } from "./sharded.js";
import { elements, type HostTensor } from "./tensors.js";

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

/**
 * Like `toTensor`, but the values are the tensor's from then on: where the backend copies them, as wasm does, their array is freed
 * at once, and not when garbage, which a few large arrays make little of, is next collected. `host` must own its whole buffer.
 */
export function moveToTensor(host: HostTensor): Tensor {
  const tensor = toTensor(host);
  if (copies(tensor)) nowhere.postMessage(null, [host.data.buffer as ArrayBuffer]);
  return tensor;
}

const nowhere = new MessageChannel().port1;
nowhere.close();

const copying = new WeakMap<object, boolean>();

/** Whether the backend of the tensor has the values that it is given in memory of its own. */
function copies({ dataId }: Tensor): boolean {
  const { backend } = tf.engine().state.tensorInfo.get(dataId) ?? {};
  if (!backend) return false;
  const known = copying.get(backend);
  if (known !== undefined) return known;
  const values = new Float32Array(1);
  const probe = tf.tensor1d(values);
  const found = (probe.dataSync() as Float32Array).buffer !== values.buffer;
  probe.dispose();
  copying.set(backend, found);
  return found;
}

/** A tensor's values, copied to the host. */
export async function toHost(tensor: Tensor): Promise<HostTensor> {
  const data = await tensor.data();
  const shape = [...tensor.shape];
  if (tensor.dtype === "float32") return { dtype: "F32", shape, data: Float32Array.from(data) };
  return { dtype: "I32", shape, data: Int32Array.from(data) };
}

/**
 * Loads a CLIP (ViT) state dict from any checkpoint file (`openCheckpoint`); 16-bit floats are widened. Missing, extra and misshapen
 * tensors are errors that name them.
 * @param more parameters beyond CLIP's that the file must hold, by name with their shapes; default: none
 */
export async function loadClip(
  file: string,
  more: (clip: ClipConfig, metadata: LoadedClip["metadata"]) => ReadonlyMap<string, readonly number[]> = () =>
    new Map(),
): Promise<LoadedClip> {
  const source = await openCheckpoint(file);
  try {
    let config: ClipConfig;
    try {
      config = clipConfigOf(shapesOf(source));
    } catch (error) {
      throw new UserError(`${file}: ${messageOf(error)}`);
    }
    const expected = new Map([...clipShapes(config), ...more(config, source.metadata)]);
    return { config, params: await loadParams(source, expected), metadata: source.metadata };
  } finally {
    await source.close();
  }
}

/** Names and shapes of an open checkpoint. */
export function shapesOf(source: Checkpoint): Map<string, readonly number[]> {
  return new Map([...source.entries].map(([name, { shape }]) => [name, shape]));
}

/**
 * Reads exactly these parameters, one after another, after `checkShapes`; the caller owns them. The largest come first: what is read
 * is in memory twice for a moment, and then there is least beside it.
 */
export async function loadParams(
  source: Checkpoint,
  expected: ReadonlyMap<string, readonly number[]>,
): Promise<Record<string, Tensor>> {
  checkShapes(source.file, shapesOf(source), expected);
  const loaded = new Map<string, Tensor>();
  const bySize = [...expected].sort(([, a], [, b]) => elements(b) - elements(a));
  for (const [name] of bySize) loaded.set(name, moveToTensor(await source.read(name)));
  return Object.fromEntries([...expected.keys()].map((name) => [name, loaded.get(name)!]));
}

/** How a checkpoint differs from what a model expects. */
export interface Difference {
  readonly missing: readonly string[];
  readonly extra: readonly string[];
  readonly misshapen: readonly {
    name: string;
    found: readonly number[];
    expected: readonly number[];
    /** What to do, where the tensor's meaning is known. */
    advice: string | null;
  }[];
}

/** Compares names and shapes. */
export function compareShapes(
  found: ReadonlyMap<string, readonly number[]>,
  expected: ReadonlyMap<string, readonly number[]>,
): Difference {
  const misshapen = [...expected].flatMap(([name, shape]) => {
    const actual = found.get(name);
    const same = !actual || (shape.length === actual.length && shape.every((n, axis) => n === actual[axis]));
    return same ? [] : [{ name, found: actual, expected: shape, advice: advice(name, actual, shape) }];
  });
  return {
    missing: [...expected.keys()].filter((name) => !found.has(name)),
    extra: [...found.keys()].filter((name) => !expected.has(name)),
    misshapen,
  };
}

/** What to do about a tensor of another shape than expected, where its meaning is known; null where it is not. */
function advice(name: string, found: readonly number[], expected: readonly number[]): string | null {
  if (name === "mit.positional_embedding" && found[1] !== expected[1]) {
    return `this X-CLIP is made for ${found[1]} frames: ask for ${found[1]}, or take a checkpoint of ${expected[1]}`;
  }
  if (name === "visual.positional_embedding" && found[0] !== expected[0]) {
    return `it is made for frames of ${found[0]! - 1} patches, not ${expected[0]! - 1}: take a checkpoint of that resolution`;
  }
  return null;
}

/** Throws a UserError naming the tensors that a checkpoint lacks, has beyond `expected`, or has in another shape. */
export function checkShapes(
  file: string,
  found: ReadonlyMap<string, readonly number[]>,
  expected: ReadonlyMap<string, readonly number[]>,
): void {
  const { missing, extra, misshapen } = compareShapes(found, expected);
  const refuse = (what: string): never => {
    throw new UserError(printable(`${file}: ${what}`));
  };
  const list = (names: readonly string[]): string =>
    names.length > 5 ? `${names.slice(0, 5).join(", ")} and ${names.length - 5} more` : names.join(", ");
  if (missing.length > 0) refuse(`missing tensors: ${list(missing)}`);
  if (extra.length > 0) refuse(`tensors that this model does not have: ${list(extra)}`);
  const wrong = misshapen[0];
  if (wrong) {
    const others = misshapen.length > 1 ? ` (and ${misshapen.length - 1} more)` : "";
    const todo = wrong.advice ? `: ${wrong.advice}` : "";
    refuse(`tensor "${wrong.name}" has shape [${wrong.found}], expected [${wrong.expected}]${others}${todo}`);
  }
}

/** Frees every tensor of a model. */
export function disposeParams(params: Params): void {
  tf.dispose(params as Record<string, Tensor>);
}

/**
 * SHA-256 of a file, hexadecimal (`fileHash`). Of an index or a folder: that of the names and hashes of the files it
 * stands for.
 */
export async function sha256(file: string): Promise<string> {
  const checkpoint = checkpointFile(file);
  if (!isIndex(checkpoint)) return fileHash(checkpoint);
  const hash = createHash("sha256");
  for (const shard of [...new Set((await readIndex(checkpoint)).values())].sort()) {
    hash.update(`${shard} ${await sha256(path.join(path.dirname(checkpoint), shard))}\n`);
  }
  return hash.digest("hex");
}
