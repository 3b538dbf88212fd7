/** The rows of the benchmark, as data: what each computes, which columns it has, and the target that was set for it. */
import { clipBackbone } from "../models/clip-backbone.js";
import { CLIP_SIZES, type ClipConfig } from "../models/clip-config.js";
import { fusedLevels } from "../models/vghif.js";
import { VGHIF_DEFAULTS, type VghifConfig } from "../models/vghif-config.js";
import { fusionShapes } from "../models/vghif-params.js";
import { projectPath } from "../project.js";
import type { ParamGroup } from "../train/adamw.js";
import { paramGroups } from "../train/groups.js";
import { COLUMNS, type ColumnId, type FixedVghif, type Work } from "./task.js";

export interface Row {
  readonly id: string;
  readonly title: string;
  readonly work: Work;
  readonly columns: readonly ColumnId[];
  /** Least ratio of PyTorch's time to that of the compiled CPU program; for work `cost`, most percent. */
  readonly target?: number;
  /** Largest difference allowed, as a fraction of the peer's largest value. */
  readonly tolerance: number;
}

/** Least ratio of PyTorch's fp32 time on CUDA to that of a program on the GPU, on every row that has both. */
export const GPU_TARGET = 0.5;

/** Sizes that the rows share. */
interface Sizes {
  readonly matmul: readonly [m: number, k: number, n: number];
  readonly b32: ClipConfig;
  readonly b16: ClipConfig;
  readonly frames: number;
  readonly prompts: number;
  readonly trainVideos: number;
  readonly headVideos: number;
  readonly decode: readonly [number, number];
}

const FULL: Sizes = {
  matmul: [1576, 768, 3072],
  b32: CLIP_SIZES["ViT-B/32"],
  b16: CLIP_SIZES["ViT-B/16"],
  frames: 8,
  prompts: 51,
  trainVideos: 2,
  headVideos: 8,
  decode: [8, 32],
};

/** Sizes for looking at the form alone; every one is a different number where it can be. */
const TINY_CLIP: ClipConfig = {
  embedDim: 20,
  imageResolution: 32,
  patchSize: 16,
  visionLayers: 4,
  visionWidth: 24,
  visionHeads: 2,
  contextLength: 11,
  vocabSize: 61,
  textWidth: 28,
  textHeads: 2,
  textLayers: 2,
};

const QUICK: Sizes = {
  matmul: [13, 17, 19],
  b32: TINY_CLIP,
  b16: { ...TINY_CLIP, patchSize: 8 },
  frames: 3,
  prompts: 7,
  trainVideos: 2,
  headVideos: 5,
  decode: [3, 5],
};

/** The recipe of every training row; X-CLIP's tenfold rate for new modules. */
const RECIPE = { lr: 1e-5, fusionLrScale: 10, weightDecay: 0.001 };

/** Forward passes agree to rounding; gradients and what AdamW makes of them to a little more. */
const FORWARD = 1e-3;
const TRAINING = 1e-2;

/** Every row. `quick`: tiny sizes, whose times mean nothing. */
export function benchRows(quick = false): Row[] {
  const sizes = quick ? QUICK : FULL;
  const { b32, b16, frames, prompts } = sizes;
  const [m, k, n] = sizes.matmul;
  const headVghif = fixed({ ...VGHIF_DEFAULTS, select: "all" }, b16);
  const name = (clip: ClipConfig): string => (clip === b32 ? "ViT-B/32" : "ViT-B/16");
  const tower = (id: string, clip: ClipConfig): Row => ({
    id,
    title: `${name(clip)} visual tower, forward, ${frames} frames`,
    work: { kind: "tower", clip, frames },
    columns: COLUMNS,
    target: 1.6,
    tolerance: FORWARD,
  });
  const cost = (id: string, clip: ClipConfig): Row => ({
    id,
    title: `VgHIF's own cost on top of CLIP ${name(clip)}, forward, 1 video of ${frames} frames, ${prompts} class texts`,
    work: { kind: "cost", clip, vghif: fixed(VGHIF_DEFAULTS, clip), frames, prompts },
    columns: COLUMNS.filter((column) => column !== "eager"),
    target: 5,
    tolerance: FORWARD,
  });
  const decode = (frameCount: number): Row => ({
    id: `decode-${frameCount}`,
    title: `decode and transform ${frameCount} frames of a video file (426 x 240, H.264, 50 frames)`,
    work: {
      kind: "decode",
      file: projectPath("notebooks", "media", "forecourt.mp4"),
      frames: frameCount,
      size: 224,
      shortSide: 256,
    },
    columns: ["cpu", "torch"],
    tolerance: 0.05,
  });
  return [
    {
      id: "matmul",
      title: `matmul ${m} x ${k} x ${n}`,
      work: { kind: "matmul", m, k, n },
      columns: COLUMNS,
      tolerance: FORWARD,
    },
    tower("tower-b32", b32),
    tower("tower-b16", b16),
    {
      id: "text",
      title: `text tower, forward, ${prompts} prompts of ${b32.contextLength} positions`,
      work: { kind: "text", clip: b32, prompts },
      columns: COLUMNS,
      target: 1.3,
      tolerance: FORWARD,
    },
    {
      id: "head-step",
      title:
        `VgHIF head, training step: width ${b16.embedDim}, ${headVghif.levels.length} levels, batch ${sizes.headVideos}, ` +
        `${prompts} classes, all tokens of ${frames} frames a level`,
      work: {
        kind: "head",
        clip: b16,
        vghif: headVghif,
        videos: sizes.headVideos,
        frames,
        prompts,
        groups: headGroups(b16, headVghif),
      },
      columns: COLUMNS,
      target: 1,
      tolerance: TRAINING,
    },
    {
      id: "finetune-b32",
      title: `CLIP ${name(b32)}, full fine-tuning step: ${sizes.trainVideos} videos x ${frames} frames, ${prompts} classes`,
      work: {
        kind: "finetune",
        clip: b32,
        videos: sizes.trainVideos,
        frames,
        prompts,
        groups: groupsOf(clipBackbone(b32).shapes),
      },
      columns: COLUMNS,
      target: 0.8,
      tolerance: TRAINING,
    },
    cost("cost-b32", b32),
    cost("cost-b16", b16),
    ...sizes.decode.map(decode),
    {
      id: "kernel",
      title: "notebook kernel: from nothing to the first cell's answer",
      work: { kind: "kernel" },
      columns: ["cpu"],
      tolerance: 0,
    },
  ];
}

function fixed(config: VghifConfig, clip: ClipConfig): FixedVghif {
  return { ...config, levels: fusedLevels(config, clip.visionLayers) };
}

function headGroups(clip: ClipConfig, vghif: VghifConfig): ParamGroup[] {
  const { shapes, inGroup } = clipBackbone(clip);
  const head = [...shapes].filter(([name]) => inGroup(name, "head"));
  return groupsOf(new Map<string, readonly number[]>([...head, ...fusionShapes(vghif, clip)]));
}

function groupsOf(shapes: ReadonlyMap<string, readonly number[]>): ParamGroup[] {
  return paramGroups(new Map([...shapes].map(([name, shape]) => [name, shape.length])), RECIPE);
}
