/** Which model a checkpoint's tensors are: its family (models/families.ts), sizes, and every parameter it should have. */
import type { Shapes, VideoTextBackbone } from "../models/backbone.js";
import { CLIP_SIZES } from "../models/clip-config.js";
import { FAMILIES, type FamilyName, familyOf } from "../models/families.js";
import type { VghifConfig } from "../models/vghif-config.js";
import { fusionShapes } from "../models/vghif-params.js";

/** Metadata key under which a trained recogniser's file keeps its fusion (a VghifConfig as JSON). */
export const FUSION_KEY = "vghif.config";

/** Metadata key under which it keeps the prompt template that it was trained with. */
export const TEMPLATE_KEY = "vghif.template";

/** Metadata key under which it may keep the class names and the frames a video that it was trained with (JSON). */
export const TRAINED_KEY = "vghif.trained";

/** CLIP's table of token embeddings. ViFi-CLIP never trains it, and its official files leave it out. */
export const TOKEN_TABLE = "token_embedding.weight";

/** CLIP's vocabulary: what the left-out table has rows of. */
const VOCABULARY = 49408;

export interface DescribedModel {
  readonly family: FamilyName;
  readonly backbone: VideoTextBackbone;
  /** The published CLIP size of its towers, such as "ViT-B/16"; null where there is none. */
  readonly size: string | null;
  /** Every parameter: the backbone's, and the fusion's where the file holds one. */
  readonly expected: Shapes;
}

/** The model of these tensors; null where they are of no known one. Throws an error naming what is missing to tell. */
export function describeModel(shapes: Shapes, metadata: Readonly<Record<string, string>>): DescribedModel | null {
  if (!shapes.has("visual.conv1.weight")) return null;
  const family = familyOf(shapes);
  const backbone = FAMILIES[family].ofShapes(withTokenTable(shapes));
  const fusion = metadata[FUSION_KEY];
  const added = fusion === undefined ? [] : fusionShapes(JSON.parse(fusion) as VghifConfig, backbone.config);
  return { family, backbone, size: sizeOf(backbone), expected: new Map([...backbone.shapes, ...added]) };
}

/** The shapes with the table that a ViFi-CLIP file leaves out, so that its configuration can be told. */
function withTokenTable(shapes: Shapes): Shapes {
  const width = shapes.get("ln_final.weight")?.[0];
  if (shapes.has(TOKEN_TABLE) || width === undefined) return shapes;
  return new Map([...shapes, [TOKEN_TABLE, [VOCABULARY, width]]]);
}

function sizeOf({ config }: VideoTextBackbone): string | null {
  const values = new Map<string, unknown>(Object.entries(config));
  const found = Object.entries(CLIP_SIZES).find(([, size]) =>
    Object.entries(size).every(([key, value]) => values.get(key) === value),
  );
  return found?.[0] ?? null;
}
