/** Random weights and inputs of a row, in the two files that both sides read. */
import { random, seedOf } from "../data/random.js";
import { clipBackbone } from "../models/clip-backbone.js";
import { patchCount } from "../models/clip-config.js";
import { fusionShapes } from "../models/vghif-params.js";
import { type HostTensor, writeSafetensors } from "../weights/safetensors.js";
import type { Work } from "./task.js";

type Shapes = ReadonlyMap<string, readonly number[]>;

/** Writes `weights` and `inputs` of this work; what it needs neither of is an empty file. */
export async function writeInputs(work: Work, weights: string, inputs: string): Promise<void> {
  const parameters = [...weightShapes(work)].map(([name, shape]) => [name, parameter(name, shape)] as const);
  await writeSafetensors(weights, new Map(parameters));
  await writeSafetensors(inputs, inputsOf(work));
}

/** Names and shapes of the parameters that this work uses. */
export function weightShapes(work: Work): Shapes {
  if (work.kind === "matmul" || work.kind === "decode" || work.kind === "kernel") return new Map();
  const { shapes: all, inGroup } = clipBackbone(work.clip);
  const some = (keep: (name: string) => boolean): Shapes => new Map([...all].filter(([name]) => keep(name)));
  const isVisual = (name: string): boolean => name.startsWith("visual.");
  const isHead = (name: string): boolean => inGroup(name, "head");
  switch (work.kind) {
    case "tower":
      return some(isVisual);
    case "text":
      return some((name) => !isVisual(name) && name !== "logit_scale");
    case "finetune":
      return all;
    case "head":
      return new Map([...some(isHead), ...fusionShapes(work.vghif, work.clip)]);
    case "cost":
      return new Map([...some((name) => isVisual(name) || isHead(name)), ...fusionShapes(work.vghif, work.clip)]);
  }
}

/** As trained weights are in size: gains near 1, matrices that keep the variance, open gates, CLIP's first logit scale. */
function parameter(name: string, shape: readonly number[]): HostTensor {
  if (name === "logit_scale") return { dtype: "F32", shape, data: Float32Array.of(Math.log(1 / 0.07)) };
  if (/(^|\.)ln[^.]*\.weight$/.test(name)) return uniform(name, shape, 0.1, 1);
  if (shape.length < 2) return uniform(name, shape, name.endsWith("gate") ? 0.5 : 0.05);
  if (name.includes("embedding")) return uniform(name, shape, 0.05);
  const size = shape.reduce((product, n) => product * n, 1);
  const rows = name.endsWith("weight") ? size / shape[0]! : shape[0]!;
  return uniform(name, shape, rows ** -0.5);
}

function inputsOf(work: Work): Map<string, HostTensor> {
  const normal = (name: string, ...shape: number[]): [string, HostTensor] => [name, uniform(name, shape, 1)];
  switch (work.kind) {
    case "matmul":
      return new Map([normal("a", work.m, work.k), normal("b", work.k, work.n)]);
    case "tower":
      return new Map([normal("pixels", work.frames, 3, work.clip.imageResolution, work.clip.imageResolution)]);
    case "text":
      return new Map([["ids", tokenIds(work.prompts, work.clip.contextLength, work.clip.vocabSize)]]);
    case "cost": {
      const side = work.clip.imageResolution;
      return new Map([
        normal("pixels", 1, work.frames, 3, side, side),
        normal("pooled", work.prompts, work.clip.textWidth),
      ]);
    }
    case "head": {
      const { clip, videos, frames, prompts, vghif } = work;
      const tokens = frames * (1 + patchCount(clip));
      return new Map([
        normal("cls", videos, frames, clip.visionWidth),
        ...vghif.levels.map((_, level) => normal(`level.${level}`, videos, tokens, clip.visionWidth)),
        normal("pooled", prompts, clip.textWidth),
        ["labels", labelsOf(videos, prompts)],
      ]);
    }
    case "finetune": {
      const { clip, videos, frames, prompts } = work;
      const side = clip.imageResolution;
      return new Map([
        normal("pixels", videos, frames, 3, side, side),
        ["ids", tokenIds(prompts, clip.contextLength, clip.vocabSize)],
        ["labels", labelsOf(videos, prompts)],
      ]);
    }
    case "decode":
    case "kernel":
      return new Map();
  }
}

/**
 * Uniform around `mean` with standard deviation `std`, from the tensor's name: xorshift32 (Marsaglia 2003), a nanosecond a
 * value, since a whole model has 150 million.
 */
function uniform(name: string, shape: readonly number[], std: number, mean = 0): HostTensor {
  const data = new Float32Array(shape.reduce((product, n) => product * n, 1));
  const scale = (std * Math.sqrt(12)) / 2 ** 32;
  let word = seedOf(`bench/${name}`) || 1;
  for (let i = 0; i < data.length; i++) {
    word ^= word << 13;
    word ^= word >>> 17;
    word ^= word << 5;
    data[i] = mean + scale * word;
  }
  return { dtype: "F32", shape, data };
}

/** Prompts of 3 tokens up to the full length, as the tokenizer makes them: start, words, end (the largest id), zeros. */
function tokenIds(prompts: number, length: number, vocabulary: number): HostTensor {
  const data = new Int32Array(prompts * length);
  const stream = random("bench/ids");
  for (let row = 0; row < prompts; row++) {
    const end = row === 0 ? length - 1 : 2 + stream.integer(length - 2);
    data[row * length] = vocabulary - 2;
    for (let at = 1; at < end; at++) data[row * length + at] = 1 + stream.integer(vocabulary - 3);
    data[row * length + end] = vocabulary - 1;
  }
  return { dtype: "I32", shape: [prompts, length], data };
}

function labelsOf(videos: number, classes: number): HostTensor {
  return {
    dtype: "I32",
    shape: [videos],
    data: Int32Array.from({ length: videos }, (_, at) => (5 * at + 3) % classes),
  };
}
