/** Official names: what a checkpoint's tensors are called in the papers' own code, whoever saved it. */
import { UserError } from "../errors.js";
import { vificlipName } from "../models/vificlip-config.js";
import { huggingFaceViews, isHuggingFaceClip } from "./names-huggingface.js";
import { type HostTensor, hostDtype, type TensorInfo, type TensorSource } from "./tensors.js";

/** A tensor under its official name: tensors of the file, joined along their first axis or transposed. */
export interface TensorView {
  readonly from: readonly string[];
  readonly transpose?: boolean;
}

/** Prefixes of wrappers around a model (data parallel, compiled, Lightning). */
const WRAPPERS = ["module.", "_orig_mod.", "model."];

/** Buffers and sizes that some archives keep among their parameters. */
const NOT_PARAMETERS = /(^|\.)(input_resolution|context_length|vocab_size|position_ids|num_batches_tracked)$/;

export interface OfficialNames {
  /** By official name. Names that mean nothing here stay as they are, for the model's check to name. */
  readonly views: ReadonlyMap<string, TensorView>;
  /** Tensors that are not parameters. */
  readonly dropped: readonly string[];
  readonly convention: NameConvention;
}

/** Whose names a file used. */
export type NameConvention = "CLIP" | "Hugging Face" | "ViFi-CLIP";

/** What a file's tensors become. */
export function officialNames(names: readonly string[]): OfficialNames {
  const dropped = names.filter((name) => NOT_PARAMETERS.test(name));
  let kept = names.filter((name) => !NOT_PARAMETERS.test(name)).map((name) => [name, name] as const);
  for (let wrapper = commonWrapper(kept); wrapper; wrapper = commonWrapper(kept)) {
    const { length } = wrapper;
    kept = kept.map(([name, stored]) => [name.slice(length), stored] as const);
  }
  const stored = new Map(kept);
  if (isHuggingFaceClip(stored)) return { views: huggingFaceViews(stored), dropped, convention: "Hugging Face" };
  const convention = stored.has("image_encoder.conv1.weight") ? "ViFi-CLIP" : "CLIP";
  const views = new Map<string, TensorView>();
  for (const [name, from] of kept) {
    const official = convention === "ViFi-CLIP" ? vificlipName(name) : name;
    if (official === null) dropped.push(from);
    else views.set(official, { from: [from] });
  }
  return { views, dropped, convention };
}

function commonWrapper(names: readonly (readonly [string, string])[]): string | undefined {
  if (names.length === 0) return undefined;
  return WRAPPERS.find((wrapper) => names.every(([name]) => name.startsWith(wrapper) && name.length > wrapper.length));
}

/** The dtype and shape of a view. Throws a UserError where its parts do not fit together. */
export function viewInfo({ from, transpose }: TensorView, source: TensorSource, what: string): TensorInfo {
  const parts = from.map((name) => source.entries.get(name)!);
  const { dtype, shape } = parts[0]!;
  if (parts.length === 1 && !transpose) return parts[0]!;
  if (transpose) {
    if (shape.length !== 2) throw new UserError(`${what} has shape [${shape}], expected 2 axes`);
    return { dtype, shape: [...shape].reverse() };
  }
  const same = parts.every((part) => part.shape.slice(1).join() === shape.slice(1).join() && part.shape.length > 0);
  if (!same) throw new UserError(`${what} is in parts of shapes ${parts.map((part) => `[${part.shape}]`).join(", ")}`);
  const rows = parts.reduce((sum, part) => sum + part.shape[0]!, 0);
  const joined = parts.every((part) => part.dtype === dtype) ? dtype : "F32";
  return { dtype: joined, shape: [rows, ...shape.slice(1)] };
}

/** Reads a view. */
export async function readView(view: TensorView, source: TensorSource, what: string): Promise<HostTensor> {
  const { shape } = viewInfo(view, source, what);
  const parts: HostTensor[] = [];
  for (const name of view.from) parts.push(await source.read(name));
  const first = parts[0]!;
  if (parts.length === 1) return view.transpose ? transposed(first, shape) : first;
  if (parts.some((part) => hostDtype(part.dtype) !== "F32"))
    throw new UserError(`${what} has parts that are not floats`);
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return { dtype: "F32", shape, data };
}

function transposed(tensor: HostTensor, shape: readonly number[]): HostTensor {
  const [rows, columns] = shape as [number, number];
  const data = tensor.data.slice();
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) data[row * columns + column] = tensor.data[column * rows + row]!;
  }
  return { ...tensor, shape, data };
}
