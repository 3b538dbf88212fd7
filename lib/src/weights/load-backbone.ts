/** A checkpoint to a backbone of any family: the file's own, or one that starts from a CLIP checkpoint. */
import { createHash } from "node:crypto";
import { messageOf, UserError } from "../errors.js";
import { type Shapes, towerOf, type VideoTextBackbone } from "../models/backbone.js";
import { clipConfigOf, clipShapes } from "../models/clip-config.js";
import {
  type BackboneOptions,
  FAMILIES,
  type Family,
  type FamilyName,
  familyOf,
  startAdded,
} from "../models/families.js";
import type { Draws } from "../models/start-values.js";
import { type PromptConfig, vificlipConfigOf } from "../models/vificlip-config.js";
import type { Tensor } from "../nn/array.js";
import { type Checkpoint, openCheckpoint } from "./checkpoint.js";
import { checkShapes, loadParams, sha256, shapesOf, toTensor } from "./load.js";
import { TOKEN_TABLE } from "./model.js";
import type { HostTensor } from "./tensors.js";
import { tokenTable } from "./token-table.js";

export interface BackboneRequest extends Partial<BackboneOptions> {
  /** Default: the family that the file's tensors tell. */
  readonly family?: FamilyName;
  /** Streams of random numbers by parameter name, for what the family adds to a CLIP checkpoint. */
  readonly draws?: (name: string, backbone: VideoTextBackbone) => Draws;
  /** What decides a parameter's stream, such as a seed: part of the ids of what was drawn. */
  readonly drawsKey?: (name: string, backbone: VideoTextBackbone) => string;
  /**
   * CLIP checkpoint with the token table that official ViFi-CLIP files leave out. Default: the official one of the same sizes,
   * where it is here.
   */
  readonly tokenTable?: string;
  /** Parameters beyond the backbone's that the file must hold, by name with their shapes. */
  readonly more?: (backbone: VideoTextBackbone, metadata: Checkpoint["metadata"]) => Shapes;
}

export interface LoadedBackbone {
  readonly backbone: VideoTextBackbone;
  /** Every parameter, 32-bit; owned by the caller. */
  readonly params: Record<string, Tensor>;
  readonly metadata: Checkpoint["metadata"];
  /** Names the parameters: the file's SHA-256 or, where some were drawn or came from another file, a hash of it and of those. */
  readonly id: string;
  /** The same of what decides each tower's tokens alone: modules after the towers, and the other tower, are left out. */
  readonly towerIds: Readonly<Record<"visual" | "text", string>>;
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
    const table =
      source.vifiClip && !shapes.has(TOKEN_TABLE) ? await tokenTable(file, shapes, request.tokenTable) : null;
    if (table) shapes.set(TOKEN_TABLE, table.shape);
    const own = familyOf(shapes);
    const family = request.family ?? (source.vifiClip ? "vificlip" : own);
    if (family !== own && own !== "clip") {
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
    if (table) params[TOKEN_TABLE] = toTensor(table);
    const added = fromClip ? drawAdded(file, family, backbone, request) : {};
    return {
      backbone,
      params: { ...params, ...added },
      metadata: source.metadata,
      ...(await idsOf(file, backbone, added, table, request.drawsKey)),
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
  if (!fromClip && family === "vificlip") checkPrompts(file, shapes, request);
  return backbone;
}

/** Throws a UserError where a file's learned prompts are not those that are wanted. */
function checkPrompts(file: string, shapes: Shapes, request: BackboneRequest): void {
  const found = vificlipConfigOf(shapes);
  const text = ({ length, depth }: PromptConfig): string => (length === 0 ? "none" : `${length} in ${depth} blocks`);
  for (const [key, tower] of [
    ["visionPrompts", "vision"],
    ["textPrompts", "text"],
  ] as const) {
    const wanted = request[key];
    if (wanted && text(wanted) !== text(found[key])) {
      throw new UserError(
        `${file} holds learned ${tower} prompts: ${text(found[key])}, asked for: ${text(wanted)}; ask for those of the file, or give a CLIP checkpoint`,
      );
    }
  }
}

function drawAdded(
  file: string,
  family: FamilyName,
  backbone: VideoTextBackbone,
  { draws }: BackboneRequest,
): Record<string, Tensor> {
  if (backbone.added.size === 0) return {};
  if (!draws) {
    throw new UserError(
      `${file} is a CLIP checkpoint: ${FAMILIES[family].title} has ${backbone.added.size} more tensors, which must be trained first`,
    );
  }
  return startAdded(family, backbone, (name) => draws(name, backbone));
}

async function idsOf(
  file: string,
  backbone: VideoTextBackbone,
  added: Readonly<Record<string, Tensor>>,
  table: HostTensor | null,
  drawsKey: BackboneRequest["drawsKey"] = () => "",
): Promise<Pick<LoadedBackbone, "id" | "towerIds">> {
  const hash = await sha256(file);
  const drawn = Object.entries(added).map(([name, { shape }]) => ({
    tower: towerOf(backbone, name),
    text: `${name} ${shape} ${drawsKey(name, backbone)}`,
  }));
  const tableParts = table ? [createHash("sha256").update(table.data).digest("hex")] : [];
  const named = (own: typeof drawn, others: readonly string[]): string => {
    const parts = [hash];
    // A family that adds something may compute its towers in its own way, even where it adds nothing to them.
    if (drawn.length > 0) parts.push(backbone.family);
    if (own.length > 0) parts.push(...own.map(({ text }) => text));
    parts.push(...others);
    return parts.length === 1 ? hash : createHash("sha256").update(parts.join("\n")).digest("hex");
  };
  const of = (tower: "visual" | "text") => drawn.filter((parameter) => parameter.tower === tower);
  return {
    id: named(drawn, tableParts),
    towerIds: { visual: named(of("visual"), []), text: named(of("text"), tableParts) },
  };
}
