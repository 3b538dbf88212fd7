/** Sizes of a CLIP model: the official ones, and those of any state dict, read from its shapes. */

export interface ClipConfig {
  /** Joint embedding size. */
  readonly embedDim: number;
  /** Input height and width in pixels. */
  readonly imageResolution: number;
  /** Pixels a patch's side. */
  readonly patchSize: number;
  readonly visionLayers: number;
  readonly visionWidth: number;
  readonly visionHeads: number;
  /** Text positions. */
  readonly contextLength: number;
  readonly vocabSize: number;
  readonly textWidth: number;
  readonly textHeads: number;
  readonly textLayers: number;
  /**
   * Whether training keeps only the input of each block and computes the block again for its gradient (nn/remat.ts). Not a
   * size: the model is the same. Default: false.
   */
  readonly remat?: boolean;
}

/** Width of an attention head; official CLIP derives the number of heads from it (clip/model.py build_model). */
const HEAD_WIDTH = 64;

function vit(
  embedDim: number,
  imageResolution: number,
  patchSize: number,
  visionLayers: number,
  visionWidth: number,
  textWidth: number,
): ClipConfig {
  return {
    embedDim,
    imageResolution,
    patchSize,
    visionLayers,
    visionWidth,
    visionHeads: visionWidth / HEAD_WIDTH,
    contextLength: 77,
    vocabSize: 49408,
    textWidth,
    textHeads: textWidth / HEAD_WIDTH,
    textLayers: 12,
  };
}

/** The official ViT models of openai/CLIP. */
export const CLIP_SIZES = {
  "ViT-B/32": vit(512, 224, 32, 12, 768, 512),
  "ViT-B/16": vit(512, 224, 16, 12, 768, 512),
  "ViT-L/14": vit(768, 224, 14, 24, 1024, 768),
  "ViT-L/14@336px": vit(768, 336, 14, 24, 1024, 768),
} as const satisfies Record<string, ClipConfig>;

/** Patches a frame. */
export function patchCount(config: ClipConfig): number {
  return (config.imageResolution / config.patchSize) ** 2;
}

/**
 * The configuration that a CLIP state dict implies (clip/model.py build_model), from tensor shapes alone.
 * Throws an error naming the first tensor that is missing or of the wrong rank.
 */
export function clipConfigOf(shapes: ReadonlyMap<string, readonly number[]>): ClipConfig {
  const dim = (name: string, axis: number, rank: number): number => {
    const shape = shapes.get(name);
    if (!shape) throw new Error(`not a CLIP (ViT) state dict: tensor "${name}" is missing`);
    if (shape.length !== rank) throw new Error(`tensor "${name}" has shape [${shape}], expected ${rank} axes`);
    return shape[axis]!;
  };
  const layers = (prefix: string): number => {
    const pattern = new RegExp(`^${prefix}transformer\\.resblocks\\.(\\d+)\\.`);
    const numbers = [...shapes.keys()].map((name) => Number(pattern.exec(name)?.[1] ?? -1));
    return Math.max(...numbers) + 1;
  };
  const visionWidth = dim("visual.conv1.weight", 0, 4);
  const patchSize = dim("visual.conv1.weight", 3, 4);
  const grid = Math.round(Math.sqrt(dim("visual.positional_embedding", 0, 2) - 1));
  const textWidth = dim("ln_final.weight", 0, 1);
  return {
    embedDim: dim("text_projection", 1, 2),
    imageResolution: grid * patchSize,
    patchSize,
    visionLayers: layers("visual\\."),
    visionWidth,
    visionHeads: Math.max(1, Math.floor(visionWidth / HEAD_WIDTH)),
    contextLength: dim("positional_embedding", 0, 2),
    vocabSize: dim("token_embedding.weight", 0, 2),
    textWidth,
    textHeads: Math.max(1, Math.floor(textWidth / HEAD_WIDTH)),
    textLayers: layers(""),
  };
}

/** Every parameter's name and shape, in the official state dict's order of modules. */
export function clipShapes(config: ClipConfig): Map<string, number[]> {
  const { embedDim, visionWidth, textWidth, patchSize } = config;
  const shapes = new Map<string, number[]>([
    ["positional_embedding", [config.contextLength, textWidth]],
    ["text_projection", [textWidth, embedDim]],
    ["logit_scale", []],
    ["visual.class_embedding", [visionWidth]],
    ["visual.positional_embedding", [1 + patchCount(config), visionWidth]],
    ["visual.proj", [visionWidth, embedDim]],
    ["visual.conv1.weight", [visionWidth, 3, patchSize, patchSize]],
  ]);
  const norm = (name: string, width: number): void => {
    shapes.set(`${name}.weight`, [width]).set(`${name}.bias`, [width]);
  };
  const blocks = (prefix: string, layers: number, width: number): void => {
    for (let layer = 0; layer < layers; layer++) {
      const block = `${prefix}transformer.resblocks.${layer}`;
      shapes.set(`${block}.attn.in_proj_weight`, [3 * width, width]).set(`${block}.attn.in_proj_bias`, [3 * width]);
      shapes.set(`${block}.attn.out_proj.weight`, [width, width]).set(`${block}.attn.out_proj.bias`, [width]);
      norm(`${block}.ln_1`, width);
      shapes.set(`${block}.mlp.c_fc.weight`, [4 * width, width]).set(`${block}.mlp.c_fc.bias`, [4 * width]);
      shapes.set(`${block}.mlp.c_proj.weight`, [width, 4 * width]).set(`${block}.mlp.c_proj.bias`, [width]);
      norm(`${block}.ln_2`, width);
    }
  };
  norm("visual.ln_pre", visionWidth);
  blocks("visual.", config.visionLayers, visionWidth);
  norm("visual.ln_post", visionWidth);
  blocks("", config.textLayers, textWidth);
  shapes.set("token_embedding.weight", [config.vocabSize, textWidth]);
  norm("ln_final", textWidth);
  return shapes;
}
