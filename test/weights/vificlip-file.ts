/** Checkpoints as ViFi-CLIP's official code saves them, for tests: made of ones in CLIP's names. */
import { TOKEN_TABLE } from "vghif/dist/weights/model.js";
import type { Tensors } from "./huggingface.js";

/** As ViFi-CLIP's official code saves it: its own names, no token table, the buffers of its class prompts. */
export function officialVificlip(tensors: Tensors): Tensors {
  const theirs: Tensors = new Map();
  for (const [name, tensor] of tensors) {
    if (name === TOKEN_TABLE) continue;
    const own = name === "logit_scale" || name.startsWith("prompt_learner.");
    theirs.set(
      own ? name : name.startsWith("visual.") ? name.replace("visual", "image_encoder") : `text_encoder.${name}`,
      tensor,
    );
  }
  for (const buffer of ["token_prefix", "token_suffix"]) {
    theirs.set(`prompt_learner.${buffer}`, { dtype: "F32", shape: [2, 1], data: Float32Array.of(1, 2) });
  }
  return theirs;
}
