/** A checkpoint to a backbone of any family: the file's own, or one that starts from a CLIP checkpoint. */
import { createHash } from "node:crypto";
import { messageOf, UserError } from "../errors.js";
import type { Shapes, VideoTextBackbone } from "../models/backbone.js";
import { CLIP_SIZES, clipConfigOf, clipShapes } from "../models/clip-config.js";
import {
  type BackboneOptions,
  FAMILIES,
  type Family,
  type FamilyName,
  familyOf,
  startAdded,
} from "../models/families.js";
import type { Draws } from "../models/start-values.js";
import type { Tensor } from "../nn/array.js";
import { type Checkpoint, openCheckpoint } from "./checkpoint.js";
import { checkShapes, loadParams, sha256, shapesOf, toTensor } from "./load.js";
import { findOfficial } from "./registry.js";

const TOKEN_TABLE = "token_embedding.weight";

export interface BackboneRequest extends Partial<BackboneOptions> {
  /** Default: the family that the file's tensors tell. */
  readonly family?: FamilyName;
  /** Streams of random numbers by parameter name, for what the family adds to a CLIP checkpoint. */
  readonly draws?: (name: string) => Draws;
  /** What decides those streams, such as a seed: part of the loaded backbone's id. */
  readonly drawsKey?: string;
  /** Parameters beyond the backbone's that the file must hold, by name with their shapes. */
  readonly more?: (backbone: VideoTextBackbone, metadata: Checkpoint["metadata"]) => Shapes;
}

export interface LoadedBackbone {
  readonly backbone: VideoTextBackbone;
  /** Every parameter, 32-bit; owned by the caller. */
  readonly params: Record<string, Tensor>;
  readonly metadata: Checkpoint["metadata"];
  /** Names the parameters: the file's SHA-256 or, where some were drawn, a hash of it and of how. */
  readonly id: string;
}

/**
 * Loads a backbone. Where the wanted family is not the file's own, the file must be a plain CLIP: what the family adds is then
 * drawn as the official code does. Throws a UserError that names tensors that are missing, extra or misshapen, and for a file of
 * another family.
 */
export async function loadBackbone(file: string, request: BackboneRequest = {}): Promise<LoadedBackbone> {
  const source = await openCheckpoint(file);
  try {
    const shapes = shapesOf(source);
    const table = source.vifiClip && !shapes.has(TOKEN_TABLE) ? await tokenTable(file, shapes) : null;
    if (table) shapes.set(TOKEN_TABLE, table.shape);
    const own = source.vifiClip ? "vificlip" : familyOf(shapes);
    const family = request.family ?? own;
    const fits = family === own || own === "clip" || (own === "vificlip" && family === "clip");
    if (!fits) {
      throw new UserError(
        `${file} holds ${FAMILIES[own].title} weights, not ${FAMILIES[family].title}: ask for "${own}", or give a CLIP checkpoint`,
      );
    }
    const fromClip = family !== own && own === "clip";
    const backbone = ofFile(file, family, shapes, fromClip, request);
    const inFile = fromClip ? clipShapes(backbone.config) : backbone.shapes;
    const more = request.more?.(backbone, source.metadata) ?? new Map();
    const expected = new Map([...inFile, ...more]);
    checkShapes(file, shapes, expected);
    if (table) expected.delete(TOKEN_TABLE);
    const params = await loadParams(source, expected);
    if (table) params[TOKEN_TABLE] = table;
    const added = fromClip ? drawAdded(file, family, backbone, request) : {};
    return {
      backbone,
      params: { ...params, ...added },
      metadata: source.metadata,
      id: await idOf(file, family, added, request),
    };
  } finally {
    await source.close();
  }
}

function ofFile(
  file: string,
  family: FamilyName,
  shapes: Shapes,
  fromClip: boolean,
  request: BackboneRequest,
): VideoTextBackbone {
  const entry: Family = FAMILIES[family];
  const { frames = 8, visionPrompts, textPrompts } = request;
  let backbone: VideoTextBackbone;
  try {
    backbone = fromClip
      ? entry.onClip(clipConfigOf(shapes), {
          frames,
          ...(visionPrompts ? { visionPrompts } : {}),
          ...(textPrompts ? { textPrompts } : {}),
        })
      : entry.ofShapes(shapes);
  } catch (error) {
    throw new UserError(`${file}: ${messageOf(error)}`);
  }
  if (request.frames !== undefined && backbone.frames !== null && backbone.frames !== request.frames) {
    throw new UserError(
      `${file}: tensor "mit.positional_embedding" holds positions of ${backbone.frames} frames, not ${request.frames}: ` +
        `ask for ${backbone.frames} frames, or take a checkpoint made for ${request.frames}`,
    );
  }
  return backbone;
}

function drawAdded(file: string, family: FamilyName, backbone: VideoTextBackbone, { draws }: BackboneRequest) {
  if (backbone.added.size === 0) return {};
  if (!draws) {
    throw new UserError(
      `${file} is a CLIP checkpoint: ${FAMILIES[family].title} has ${backbone.added.size} more tensors, which must be trained first`,
    );
  }
  return startAdded(family, backbone, draws);
}

async function idOf(file: string, family: FamilyName, added: object, request: BackboneRequest): Promise<string> {
  const hash = await sha256(file);
  const names = Object.keys(added);
  if (names.length === 0) return hash;
  const how = [hash, family, request.drawsKey ?? "", names.join(" ")];
  return createHash("sha256").update(how.join("\n")).digest("hex");
}

/** CLIP's token table for an official ViFi-CLIP file, which has none: from the CLIP checkpoint of the same sizes. */
async function tokenTable(file: string, shapes: Shapes): Promise<Tensor> {
  const width = shapes.get("ln_final.weight")?.[0];
  const side = shapes.get("visual.conv1.weight");
  const name = Object.entries(CLIP_SIZES).find(
    ([, size]) => size.textWidth === width && size.visionWidth === side?.[0] && size.patchSize === side?.[3],
  )?.[0];
  const official = name ? `clip-${name.toLowerCase().replace(/[/@]/g, "-").replace("px", "")}` : null;
  const clip = official ? findOfficial(official) : null;
  if (!clip) {
    throw new UserError(
      `${file}: ViFi-CLIP checkpoints lack "${TOKEN_TABLE}", which is taken from the CLIP they started from: ` +
        (official ? `vghif weights fetch ${official}` : "its sizes are none of the official ones"),
    );
  }
  const source = await openCheckpoint(clip);
  try {
    return toTensor(await source.read(TOKEN_TABLE));
  } finally {
    await source.close();
  }
}
