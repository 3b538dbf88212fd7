/** A backbone of any family from a checkpoint of any format. */
import { messageOf, UserError } from "../errors.js";
import type { VideoTextBackbone } from "../models/backbone.js";
import type { FamilyName } from "../models/families.js";
import type { Tensor } from "../nn/array.js";
import { type Checkpoint, openCheckpoint } from "./checkpoint.js";
import { checkShapes, shapesOf, toTensor } from "./load.js";
import { type DescribedModel, describeModel, TOKEN_TABLE } from "./model.js";
import { findOfficial } from "./registry.js";

export interface LoadedBackbone {
  readonly family: FamilyName;
  readonly backbone: VideoTextBackbone;
  /** Every parameter of the backbone, and of the fusion where the file holds one; owned by the caller. */
  readonly params: Record<string, Tensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface BackboneLoad {
  /** Frames a video that are wanted; default: whatever the checkpoint is made for. */
  readonly frames?: number;
  /** The CLIP checkpoint whose token table completes a ViFi-CLIP file; default: clip-vit-b-16 in the weights folder. */
  readonly tokens?: string;
}

/** The official ViFi-CLIP models all start from this one. */
const VIFICLIP_START = "clip-vit-b-16";

/**
 * Loads a CLIP, X-CLIP, ViFi-CLIP or ActionCLIP checkpoint, whichever its tensors tell. Throws a UserError naming tensors
 * that are missing, extra or misshapen, and saying what to do where the number of frames does not fit.
 */
export async function loadBackbone(file: string, options: BackboneLoad = {}): Promise<LoadedBackbone> {
  const source = await openCheckpoint(file);
  try {
    const { family, backbone, expected } = modelOf(source);
    checkFrames(source, backbone, options.frames);
    const shapes = shapesOf(source);
    const params: Record<string, Tensor> = {};
    const table = shapes.has(TOKEN_TABLE) || !source.vifiClip ? null : await tokenTable(source, options.tokens);
    if (table) shapes.set(TOKEN_TABLE, table.shape);
    checkShapes(source.file, shapes, expected);
    for (const name of expected.keys()) {
      params[name] = toTensor(table && name === TOKEN_TABLE ? table : await source.read(name));
    }
    return { family, backbone, params, metadata: source.metadata };
  } finally {
    await source.close();
  }
}

function modelOf(source: Checkpoint): DescribedModel {
  let model: DescribedModel | null;
  try {
    model = describeModel(shapesOf(source), source.metadata);
  } catch (error) {
    throw new UserError(`${source.file}: ${messageOf(error)}`);
  }
  if (!model) throw new UserError(`${source.file} is of no model that is known here: it has no "visual.conv1.weight"`);
  return model;
}

/** A model with positions for T frames takes T frames. */
function checkFrames(source: Checkpoint, { frames }: VideoTextBackbone, wanted: number | undefined): void {
  if (frames === null || wanted === undefined || frames === wanted) return;
  const shape = source.entries.get("mit.positional_embedding")?.shape ?? [];
  throw new UserError(
    `${source.file}: tensor "mit.positional_embedding" [${shape}] makes this a model for ${frames} frames, not ${wanted}: ` +
      `ask for ${frames} frames, or take a checkpoint trained with ${wanted}`,
  );
}

async function tokenTable(source: Checkpoint, tokens: string | undefined) {
  const file = tokens ?? findOfficial(VIFICLIP_START);
  if (!file) {
    throw new UserError(
      `${source.file}: ViFi-CLIP's files leave out "${TOKEN_TABLE}"; it is ${VIFICLIP_START}'s: ` +
        `run vghif weights fetch ${VIFICLIP_START} first`,
    );
  }
  const clip = await openCheckpoint(file);
  try {
    return await clip.read(TOKEN_TABLE);
  } finally {
    await clip.close();
  }
}
