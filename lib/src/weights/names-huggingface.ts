/**
 * Names of Hugging Face's CLIPModel and XCLIPModel -> official names. Their attention has q, k and v apart, the official
 * code has them in one matrix, q first; their two projections are Linear layers, the official ones raw matrices.
 * Source: transformers, convert_clip_original_pytorch_to_hf.py and convert_x_clip_original_pytorch_to_hf.py, backwards.
 */
import type { TensorView } from "./names.js";

/** Whole names. */
const NAMES: Readonly<Record<string, string>> = {
  "text_model.embeddings.token_embedding.weight": "token_embedding.weight",
  "text_model.embeddings.position_embedding.weight": "positional_embedding",
  "text_model.final_layer_norm.weight": "ln_final.weight",
  "text_model.final_layer_norm.bias": "ln_final.bias",
  "vision_model.embeddings.class_embedding": "visual.class_embedding",
  "vision_model.embeddings.position_embedding.weight": "visual.positional_embedding",
  "vision_model.embeddings.patch_embedding.weight": "visual.conv1.weight",
  // CLIPModel has the first spelling, XCLIPModel the second.
  "vision_model.pre_layrnorm.weight": "visual.ln_pre.weight",
  "vision_model.pre_layrnorm.bias": "visual.ln_pre.bias",
  "vision_model.pre_layernorm.weight": "visual.ln_pre.weight",
  "vision_model.pre_layernorm.bias": "visual.ln_pre.bias",
  "vision_model.post_layernorm.weight": "visual.ln_post.weight",
  "vision_model.post_layernorm.bias": "visual.ln_post.bias",
  "mit.position_embedding": "mit.positional_embedding",
  prompts_visual_projection: "prompts_visual_proj",
  "prompts_visual_layernorm.weight": "prompts_visual_ln.weight",
  "prompts_visual_layernorm.bias": "prompts_visual_ln.bias",
  "prompts_generator.layernorm.weight": "prompts_generator.norm.weight",
  "prompts_generator.layernorm.bias": "prompts_generator.norm.bias",
};

/** Linear layers that are raw [in, out] matrices in the official code. */
const TRANSPOSED: Readonly<Record<string, string>> = {
  "visual_projection.weight": "visual.proj",
  "text_projection.weight": "text_projection",
};

/** Encoders: where their blocks are. */
const BLOCKS: readonly (readonly [string, string])[] = [
  ["text_model.encoder.layers.", "transformer.resblocks."],
  ["vision_model.encoder.layers.", "visual.transformer.resblocks."],
  ["mit.encoder.layers.", "mit.resblocks."],
];

/** Parts of a block; what is not here (message_fc, message_ln, message_attn.out_proj) has the same name. */
const PARTS: readonly (readonly [RegExp, string])[] = [
  [/^layer_norm([12])\./, "ln_$1."],
  [/^mlp\.fc1\./, "mlp.c_fc."],
  [/^mlp\.fc2\./, "mlp.c_proj."],
  [/^self_attn\.out_proj\./, "attn.out_proj."],
];

/** Are these the names of a CLIPModel or XCLIPModel? */
export function isHuggingFaceClip(names: ReadonlyMap<string, string>): boolean {
  return (
    names.has("text_model.embeddings.token_embedding.weight") &&
    names.has("vision_model.embeddings.patch_embedding.weight")
  );
}

/** Official names over these: `names` maps a Hugging Face name to what the file calls it. */
export function huggingFaceViews(names: ReadonlyMap<string, string>): Map<string, TensorView> {
  const views = new Map<string, TensorView>();
  for (const [name, stored] of names) {
    const raw = Object.hasOwn(TRANSPOSED, name) ? TRANSPOSED[name]! : null;
    if (raw) views.set(raw, { from: [stored], transpose: true });
    else views.set(...blockView(name, stored, names));
  }
  return views;
}

function blockView(name: string, stored: string, names: ReadonlyMap<string, string>): [string, TensorView] {
  const alone = { from: [stored] };
  if (Object.hasOwn(NAMES, name)) return [NAMES[name]!, alone];
  const encoder = BLOCKS.find(([theirs]) => name.startsWith(theirs));
  const block = encoder ? /^(\d+)\.(.+)$/.exec(name.slice(encoder[0].length)) : null;
  if (!encoder || !block) return [name, alone];
  const [, layer, part] = block as unknown as [string, string, string];
  const official = `${encoder[1]}${layer}.`;
  const projection = /^(self_attn|message_attn)\.([qkv])_proj\.(weight|bias)$/.exec(part);
  if (projection) {
    const [, attention, , kind] = projection;
    const parts = ["q", "k", "v"].map((which) => names.get(`${encoder[0]}${layer}.${attention}.${which}_proj.${kind}`));
    const fused = `${official}${attention === "self_attn" ? "attn" : attention}.in_proj_${kind}`;
    if (parts.every((from) => from !== undefined)) return [fused, { from: parts }];
  }
  for (const [pattern, replacement] of PARTS) {
    if (pattern.test(part)) return [official + part.replace(pattern, replacement), alone];
  }
  return [official + part, alone];
}
