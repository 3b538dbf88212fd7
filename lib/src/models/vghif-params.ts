/** The fusion's parameters: names, shapes and start values. */
import { type Params, param, type Tensor, tf } from "../nn/array.js";
import type { ClipConfig } from "./clip-config.js";
import { fusedLevels, visitsPerPass } from "./vghif.js";
import type { VghifConfig } from "./vghif-config.js";

/** Normal deviates of standard deviation 1, from a seeded generator of the caller. */
export type Normal = () => number;

/** Start value of one parameter: a constant, normal with this standard deviation, or the identity. */
interface Start {
  readonly shape: readonly number[];
  readonly fill?: number;
  readonly std?: number;
  readonly identity?: true;
}

/** Width of the askers: the joint space, or the text encoder's own where the fusion sits between its blocks. */
function askerWidth(direction: "visual_to_text" | "text_to_visual", config: VghifConfig, clip: ClipConfig): number {
  return direction === "visual_to_text" && config.where === "inside" ? clip.textWidth : clip.embedDim;
}

function directions(config: VghifConfig): ("visual_to_text" | "text_to_visual")[] {
  switch (config.guide) {
    case "visual-to-text":
      return ["visual_to_text"];
    case "text-to-visual":
      return ["text_to_visual"];
    case "both":
      return ["visual_to_text", "text_to_visual"];
  }
}

/** Matrices of each interaction; `q` acts on the asker, `k` and `v` on the answerer, `o` on the message. */
const MATRICES = {
  attention: ["q", "k", "v", "o"],
  "mean-pool": ["v", "o"],
  "concat-mlp": ["q", "v", "o"],
  film: ["k", "v", "o"],
} as const satisfies Record<VghifConfig["interaction"], readonly string[]>;

function fusionStarts(config: VghifConfig, clip: ClipConfig): Map<string, Start> {
  const starts = new Map<string, Start>();
  const sites = config.share ? 1 : visitsPerPass(config, clip.visionLayers);
  const norm = (name: string, size: number): void => {
    starts.set(`${name}.weight`, { shape: [size], fill: 1 }).set(`${name}.bias`, { shape: [size], fill: 0 });
  };
  for (let index = 0; index < sites; index++) {
    for (const direction of directions(config)) {
      const name = `vghif.fusion.${index}.${direction}`;
      const width = askerWidth(direction, config, clip);
      if (config.interaction !== "mean-pool") norm(`${name}.ln`, width);
      for (const matrix of MATRICES[config.interaction]) {
        const rows = matrix === "k" || matrix === "v" ? clip.embedDim : width;
        const shape = [rows, width];
        starts.set(
          `${name}.${matrix}`,
          config.start === "identity" ? { shape, identity: true } : { shape, std: rows ** -0.5 },
        );
      }
      starts.set(`${name}.gate`, { shape: [width], fill: config.gate });
      if (!config.ffn) continue;
      const hidden = config.ratio * width;
      norm(`${name}.ffn.ln`, width);
      starts.set(`${name}.ffn.c_fc.weight`, { shape: [hidden, width], std: width ** -0.5 });
      starts.set(`${name}.ffn.c_fc.bias`, { shape: [hidden], fill: 0 });
      starts.set(`${name}.ffn.c_proj.weight`, { shape: [width, hidden], std: hidden ** -0.5 });
      starts.set(`${name}.ffn.c_proj.bias`, { shape: [width], fill: 0 });
      starts.set(`${name}.ffn.gate`, { shape: [width], fill: config.gate });
    }
  }
  return starts;
}

function levelShapes(config: VghifConfig, clip: ClipConfig): Map<string, number[]> {
  const shapes = new Map<string, number[]>();
  if (config.guide === "text-to-visual") return shapes;
  for (let level = 0; level < fusedLevels(config, clip.visionLayers).length; level++) {
    shapes.set(`vghif.levels.${level}.ln.weight`, [clip.visionWidth]);
    shapes.set(`vghif.levels.${level}.ln.bias`, [clip.visionWidth]);
    shapes.set(`vghif.levels.${level}.proj`, [clip.visionWidth, clip.embedDim]);
  }
  return shapes;
}

/** Every parameter of the fusion by name, with its shape. None where `iterations` is 0. */
export function fusionShapes(config: VghifConfig, clip: ClipConfig): Map<string, readonly number[]> {
  if (config.iterations === 0) return new Map();
  const fusion = [...fusionStarts(config, clip)].map(([name, start]) => [name, start.shape] as const);
  return new Map<string, readonly number[]>([...levelShapes(config, clip), ...fusion]);
}

/** The backbone's own final norm and projection, which every level's norm and projection start as copies of. */
const COPIED = { "ln.weight": "visual.ln_post.weight", "ln.bias": "visual.ln_post.bias", proj: "visual.proj" } as const;

/**
 * Start values, owned by the caller: level norms and projections copy the backbone's (the deepest level starts in the joint
 * space), matrices are normal with variance 1 / rows, those of the interaction as `config.start` says, norms the identity,
 * gates `config.gate`.
 */
export function initFusion(
  config: VghifConfig,
  clip: ClipConfig,
  backbone: Params,
  normal: Normal,
): Record<string, Tensor> {
  const params: Record<string, Tensor> = {};
  const starts = fusionStarts(config, clip);
  for (const name of fusionShapes(config, clip).keys()) {
    const copied = COPIED[name.replace(/^vghif\.levels\.\d+\./, "") as keyof typeof COPIED];
    params[name] = copied ? tf.clone(param(backbone, copied)) : startTensor(starts.get(name)!, normal);
  }
  return params;
}

function startTensor(start: Start, normal: Normal): Tensor {
  if (start.identity) return tf.eye(start.shape[0]!, start.shape[1]!);
  if (start.std === undefined) return tf.fill([...start.shape], start.fill ?? 0);
  const { std } = start;
  const size = start.shape.reduce((product, n) => product * n, 1);
  return tf.tensor(
    Float32Array.from({ length: size }, () => std * normal()),
    [...start.shape],
  );
}
