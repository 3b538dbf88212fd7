/** Floating-point operations of a row: two for every multiplication and addition of its matrix products, no others. */
import { type ClipConfig, patchCount } from "../models/clip-config.js";
import { productFlops as product, textFlops, towerFlops } from "../models/flops.js";
import type { Work } from "./task.js";

/** Null where the work is not a matter of matrix products. */
export function flopsOf(work: Work): number | null {
  switch (work.kind) {
    case "matmul":
      return product(work.m, work.k, work.n);
    case "tower":
      return tower(work.clip, work.frames);
    case "text":
      return text(work.clip, work.prompts);
    case "finetune":
      // Backwards, every product has two: one for each of its factors.
      return 3 * (tower(work.clip, work.videos * work.frames) + text(work.clip, work.prompts));
    case "head":
      return head(work);
    case "cost":
    case "decode":
    case "kernel":
      return null;
  }
}

function tower(clip: ClipConfig, frames: number): number {
  return towerFlops(clip, frames) + product(frames, clip.visionWidth, clip.embedDim);
}

function text(clip: ClipConfig, prompts: number): number {
  return textFlops(clip, prompts) + product(prompts, clip.textWidth, clip.embedDim);
}

/** The fusion's step. The frozen tokens take no gradient: their projection has one product backwards, all else two. */
function head({ clip, vghif, videos, frames, prompts }: Extract<Work, { kind: "head" }>): number {
  const { embedDim: width } = clip;
  const tokens = videos * frames * (1 + patchCount(clip));
  const asked = videos * prompts;
  const intoJoint = product(tokens, clip.visionWidth, width);
  const answered = 2 * product(tokens, width, width);
  const scores = 2 * product(prompts, width, tokens);
  const asking = 2 * product(asked, width, width) + 2 * product(asked, width, vghif.ratio * width);
  const ends = product(videos * frames, clip.visionWidth, width) + product(prompts, clip.textWidth, width);
  return vghif.levels.length * (2 * intoJoint + 3 * (answered + scores + asking)) + 3 * ends;
}
