/** What a checkpoint file is: format, model, sizes, tensors, and what is missing or unused. */
import { statSync } from "node:fs";
import path from "node:path";
import { messageOf } from "../errors.js";
import { FAMILIES } from "../models/families.js";
import { type Checkpoint, openCheckpoint } from "./checkpoint.js";
import { compareShapes, type Difference, shapesOf } from "./load.js";
import { type DescribedModel, describeModel, TOKEN_TABLE } from "./model.js";
import type { NameConvention } from "./names.js";
import { isIndex, readIndex } from "./sharded.js";
import { type CheckpointFormat, type Dtype, elements } from "./tensors.js";

export interface Inspection {
  readonly file: string;
  readonly format: CheckpointFormat;
  /** Size on disk. */
  readonly bytes: number;
  /** Whose names the file uses. */
  readonly names: NameConvention;
  /** The model family; null where none is recognised. */
  readonly family: string | null;
  /** The published size of its towers, such as "ViT-B/16". */
  readonly size: string | null;
  readonly config: Readonly<Record<string, unknown>> | null;
  /** Numbers in all tensors. */
  readonly parameters: number;
  /** Tensors by number format. */
  readonly dtypes: Readonly<Partial<Record<Dtype, number>>>;
  /** Under their official names. */
  readonly tensors: readonly { name: string; dtype: Dtype; shape: readonly number[] }[];
  /** A ViFi-CLIP file's token table, which is CLIP's and left out of it, is not missing. */
  readonly missing: readonly string[];
  readonly unused: readonly string[];
  readonly misshapen: Difference["misshapen"];
  /** Why no model could be made of a recognised family's file. */
  readonly problem: string | null;
  /** Tensors that are not parameters, and what lies beside the tensors. */
  readonly dropped: readonly string[];
  readonly ignored: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** Looks into a checkpoint without reading its numbers. Throws a UserError where it cannot be opened. */
export async function inspectCheckpoint(fileOrFolder: string): Promise<Inspection> {
  const source = await openCheckpoint(fileOrFolder);
  try {
    const tensors = [...source.entries].map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
    const dtypes: Partial<Record<Dtype, number>> = {};
    for (const { dtype } of tensors) dtypes[dtype] = (dtypes[dtype] ?? 0) + 1;
    const { file, format, dropped, ignored, metadata } = source;
    return {
      file,
      format,
      bytes: await bytesOf(file),
      names: source.convention,
      ...modelOf(source),
      parameters: tensors.reduce((sum, { shape }) => sum + elements(shape), 0),
      dtypes,
      tensors,
      dropped,
      ignored,
      metadata,
    };
  } finally {
    await source.close();
  }
}

async function bytesOf(file: string): Promise<number> {
  const size = (one: string): number => statSync(one).size;
  if (!isIndex(file)) return size(file);
  const shards = new Set((await readIndex(file)).values());
  return [...shards].reduce((sum, shard) => sum + size(path.join(path.dirname(file), shard)), size(file));
}

function modelOf(source: Checkpoint) {
  const shapes = shapesOf(source);
  const none = { family: null, size: null, config: null, missing: [], unused: [], misshapen: [] };
  let model: DescribedModel | null;
  try {
    model = describeModel(shapes, source.metadata);
  } catch (error) {
    return { ...none, problem: messageOf(error) };
  }
  if (!model) return { ...none, problem: null };
  const { size, backbone, expected } = model;
  const { missing, extra, misshapen } = compareShapes(shapes, expected);
  const lacking = source.vifiClip ? missing.filter((name) => name !== TOKEN_TABLE) : missing;
  const family = source.vifiClip ? FAMILIES.vificlip.title : FAMILIES[model.family].title;
  const config = Object.fromEntries(Object.entries(backbone.config));
  return { family, size, config, missing: lacking, unused: extra, misshapen, problem: null };
}
