/** Floating-point operations of a row: two for every multiplication and addition of its matrix products, no others. */
import { type ClipConfig, patchCount } from "../models/clip-config.js";
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

const product = (m: number, k: number, n: number): number => 2 * m * k * n;

/** Blocks over sequences: four projections, scores and mixture (in full, masked or not), and the feed-forward of 4. */
function blocks(sequences: number, length: number, width: number, layers: number): number {
  const dense = 12 * product(sequences * length, width, width);
  const attended = 2 * sequences * product(length, width, length);
  return layers * (dense + attended);
}

function tower(clip: ClipConfig, frames: number): number {
  const patches = patchCount(clip);
  const embedded = product(frames * patches, 3 * clip.patchSize ** 2, clip.visionWidth);
  const projected = product(frames, clip.visionWidth, clip.embedDim);
  return embedded + blocks(frames, 1 + patches, clip.visionWidth, clip.visionLayers) + projected;
}

function text(clip: ClipConfig, prompts: number): number {
  const projected = product(prompts, clip.textWidth, clip.embedDim);
  return blocks(prompts, clip.contextLength, clip.textWidth, clip.textLayers) + projected;
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
