/** Models in Hugging Face's names, for tests: made of official ones, in the direction of its conversion scripts. */
import { random } from "vghif/dist/data/random.js";
import type { HostTensor } from "vghif/dist/weights/safetensors.js";
import { TINY_CLIP } from "../tiny-clip.js";

export const SIZES = { ...TINY_CLIP, vocabSize: 61, visionLayers: 3 };

export type Tensors = Map<string, HostTensor>;

/** Different numbers in every tensor. */
export function tensorsOf(shapes: ReadonlyMap<string, readonly number[]>): Tensors {
  const stream = random("names");
  return new Map(
    [...shapes].map(([name, shape]) => {
      const size = shape.reduce((product, n) => product * n, 1);
      return [name, { dtype: "F32", shape, data: Float32Array.from({ length: size }, () => stream.normal()) }];
    }),
  );
}

/** Rows `from` to `to` of a matrix or vector. */
function rows({ shape, data }: HostTensor, from: number, to: number): HostTensor {
  const width = data.length / shape[0]!;
  return { dtype: "F32", shape: [to - from, ...shape.slice(1)], data: data.slice(from * width, to * width) };
}

function transpose({ shape, data }: HostTensor): HostTensor {
  const [height, width] = shape as [number, number];
  const turned = Float32Array.from(
    { length: data.length },
    (_, at) => data[(at % height) * width + Math.floor(at / height)]!,
  );
  return { dtype: "F32", shape: [width, height], data: turned };
}

/** The naive twin: official names to Hugging Face's, in the direction in which its conversion scripts go. */
export function toHuggingFace(official: Tensors, model: "CLIPModel" | "XCLIPModel"): Tensors {
  const out: Tensors = new Map();
  const swaps: [RegExp, string][] = [
    [/^token_embedding\.weight$/, "text_model.embeddings.token_embedding.weight"],
    [/^positional_embedding$/, "text_model.embeddings.position_embedding.weight"],
    [/^visual\.class_embedding$/, "vision_model.embeddings.class_embedding"],
    [/^visual\.positional_embedding$/, "vision_model.embeddings.position_embedding.weight"],
    [/^visual\.conv1/, "vision_model.embeddings.patch_embedding"],
    [/^visual\.ln_pre/, model === "CLIPModel" ? "vision_model.pre_layrnorm" : "vision_model.pre_layernorm"],
    [/^visual\.ln_post/, "vision_model.post_layernorm"],
    [/^ln_final/, "text_model.final_layer_norm"],
    [/^transformer\.resblocks/, "text_model.encoder.layers"],
    [/^visual\.transformer\.resblocks/, "vision_model.encoder.layers"],
    [/^mit\.resblocks/, "mit.encoder.layers"],
    [/^mit\.positional_embedding/, "mit.position_embedding"],
    [/^prompts_visual_proj$/, "prompts_visual_projection"],
    [/^prompts_visual_ln/, "prompts_visual_layernorm"],
    [/^prompts_generator\.norm\./, "prompts_generator.layernorm."],
    [/\.ln_1\./, ".layer_norm1."],
    [/\.ln_2\./, ".layer_norm2."],
    [/c_fc/, "fc1"],
    [/c_proj/, "fc2"],
    [/(\.\d+)\.attn\./, "$1.self_attn."],
  ];
  for (const [name, tensor] of official) {
    if (name === "visual.proj" || name === "text_projection") {
      out.set(name === "visual.proj" ? "visual_projection.weight" : "text_projection.weight", transpose(tensor));
      continue;
    }
    const theirs = swaps.reduce((text, [from, to]) => text.replace(from, to), name);
    const packed = /^(.*)in_proj_(weight|bias)$/.exec(theirs);
    if (!packed) out.set(theirs, tensor);
    else {
      const width = tensor.shape[0]! / 3;
      for (const [index, part] of ["q", "k", "v"].entries()) {
        out.set(`${packed[1]}${part}_proj.${packed[2]}`, rows(tensor, index * width, (index + 1) * width));
      }
    }
  }
  return out;
}
