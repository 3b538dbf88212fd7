import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import { random } from "vghif/dist/data/random.js";
import { startEngine } from "vghif/dist/engine/index.js";
import { textBatch } from "vghif/dist/models/clip.js";
import { clipBackbone } from "vghif/dist/models/clip-backbone.js";
import { type ClipConfig, clipShapes } from "vghif/dist/models/clip-config.js";
import { type RecognizerConfig, recognize, textTokens, videoTokens } from "vghif/dist/models/recognizer.js";
import { selectTokens } from "vghif/dist/models/vghif.js";
import { VGHIF_DEFAULTS, type VghifConfig } from "vghif/dist/models/vghif-config.js";
import { fusionShapes, initFusion } from "vghif/dist/models/vghif-params.js";
import { type Params, type Tensor, tf } from "vghif/dist/nn/array.js";
import { assertClose, assertSame, numbers, randomParams, randomTensor } from "../tensors.js";

const CLIP: ClipConfig = {
  embedDim: 12,
  imageResolution: 12,
  patchSize: 4,
  visionLayers: 5,
  visionWidth: 14,
  visionHeads: 2,
  contextLength: 11,
  vocabSize: 23,
  textWidth: 20,
  textHeads: 2,
  textLayers: 3,
};
const VIDEOS = 2;
const FRAMES = 3;
const IDS = [
  [21, 3, 7, 22, 0, 0],
  [21, 5, 22, 0, 0, 0],
  [21, 9, 2, 4, 22, 0],
  [21, 1, 1, 8, 6, 22],
  [21, 22, 0, 0, 0, 0],
];

const VARIANTS: Record<string, Partial<VghifConfig>> = {
  default: {},
  "levels 2 and 5, two passes": { levels: [2, 5], iterations: 2 },
  "deep to shallow, shared": { order: "deep-to-shallow", share: true, iterations: 2 },
  "select cls": { select: "cls" },
  "select patch": { select: "patch" },
  "select all": { select: "all" },
  "text to visual": { guide: "text-to-visual" },
  "both ways": { guide: "both" },
  inside: { where: "inside" },
  "inside, both ways, two passes": { where: "inside", guide: "both", iterations: 2, share: true },
  "mean-pool": { interaction: "mean-pool" },
  "concat-mlp": { interaction: "concat-mlp" },
  film: { interaction: "film" },
  "no feed-forward, one head": { ffn: false, heads: 1 },
  "narrow feed-forward": { ratio: 1, heads: 2 },
};

function model(change: Partial<VghifConfig>, gate: number): { config: RecognizerConfig; params: Params } {
  const vghif: VghifConfig = { ...VGHIF_DEFAULTS, ...change, gate };
  const backbone = randomParams(clipShapes(CLIP));
  const stream = random("fusion");
  return {
    config: { backbone: clipBackbone(CLIP), vghif },
    params: { ...backbone, ...initFusion(vghif, CLIP, backbone, stream.normal) },
  };
}

function run(params: Params, config: RecognizerConfig, pixels: Tensor, ids: readonly number[][] = IDS) {
  return recognize(params, config, videoTokens(params, config, pixels), textTokens(params, config, textBatch(ids, 6)));
}

const pixels = (): Tensor => randomTensor("pixels", [VIDEOS, FRAMES, 3, 12, 12]);

describe("VgHIF", () => {
  before(() => startEngine());

  for (const [name, change] of Object.entries(VARIANTS)) {
    describe(name, () => {
      it("equals its baseline bit for bit while its gates are 0, and differs once they open", () => {
        const closed = model(change, 0);
        const baseline = run(closed.params, { backbone: clipBackbone(CLIP), vghif: null }, pixels());
        assertSame(run(closed.params, closed.config, pixels()).logits, baseline.logits, "logits");
        const open = model(change, 0.5);
        const moved = tf.max(tf.abs(tf.sub(run(open.params, open.config, pixels()).logits, baseline.logits)));
        assert.ok(numbers(moved)[0]! > 1e-3, "open gates must change the logits");
      });

      it("permutes its logits with the classes", () => {
        const { params, config } = model(change, 0.5);
        const order = [3, 0, 4, 2, 1];
        const straight = run(params, config, pixels()).logits;
        const permuted = run(
          params,
          config,
          pixels(),
          order.map((row) => IDS[row]!),
        ).logits;
        assertClose(permuted, tf.gather(straight, order, 1), 2e-5);
      });

      it("attends with weights that sum to 1 over the visual tokens", () => {
        const { params, config } = model(change, 0.5);
        const { maps } = run(params, config, pixels());
        const attends = config.vghif!.interaction === "attention" && config.vghif!.guide !== "text-to-visual";
        const levels = config.vghif!.levels?.length ?? 4;
        assert.equal(maps.length, attends ? levels * config.vghif!.iterations : 0);
        for (const { map } of maps) {
          assert.deepEqual(map.shape.slice(0, 2), [VIDEOS, IDS.length]);
          assertClose(tf.sum(map, -1), tf.ones([VIDEOS, IDS.length]), 1e-5);
          assert.ok(numbers(map).every((weight) => weight >= 0));
        }
      });

      it("has gradients that agree with central differences", () => {
        const { params, config } = model(change, 0.4);
        checkGradients(params, config);
      });
    });
  }

  it("does not see the order of frames through patch tokens, but does through none of them all alike", () => {
    const frames = pixels();
    const reversed = tf.reverse(frames, 1);
    const { params, config } = model({ select: "patch" }, 0.5);
    assertClose(run(params, config, reversed).logits, run(params, config, frames).logits, 2e-5);
    const [one, other] = [frames, reversed].map((x) => selectTokens(tf.reshape(x, [VIDEOS, FRAMES, 9, 48]), "all"));
    assert.notDeepEqual(numbers(one!), numbers(other!));
  });

  it("scores classes one by one as it does together", () => {
    for (const change of [{}, { interaction: "film" }, { where: "inside" }] as const) {
      const { params, config } = model(change, 0.5);
      const together = run(params, config, pixels()).logits;
      const alone = IDS.map((row) => run(params, config, pixels(), [row]).logits);
      assertClose(tf.concat(alone, 1), together, 2e-5);
    }
  });

  it("agrees with the definition written out for one class and one video in plain numbers", () => {
    const { params, config } = model({ levels: [3], heads: 3, ratio: 2, select: "patch" }, 0.3);
    const video = videoTokens(params, config, pixels());
    const text = textTokens(params, config, textBatch(IDS, 6));
    const fused = recognize(params, config, video, text);
    const baseline = recognize(params, { backbone: clipBackbone(CLIP), vghif: null }, video, text);
    const u = plainFusion(params, rowsOf(baseline.text, 0)[2]!, rowsOf(video.levels[0]!, 0), 3);
    const actual = rowsOf(fused.text, 0)[2]!;
    for (const [at, value] of u.entries()) assert.ok(Math.abs(value - actual[at]!) < 1e-4, `element ${at}`);
  });

  it("needs the parameters it says it needs, and no others", () => {
    for (const change of Object.values(VARIANTS)) {
      const { params, config } = model(change, 0.5);
      const used = new Set<string>();
      const watched = new Proxy(params, {
        get(target, name) {
          used.add(String(name));
          return target[String(name)];
        },
      });
      run(watched, config, pixels());
      const needed = [...fusionShapes(config.vghif!, CLIP).keys()].sort();
      const read = [...used].filter((name) => name.startsWith("vghif.") && params[name]).sort();
      assert.deepEqual(read, needed);
    }
  });
});

/** Compares d(sum of logits * probe) / d(parameter) with central differences at a few elements of fusion parameters. */
function checkGradients(params: Params, config: RecognizerConfig): void {
  const video = videoTokens(params, config, pixels());
  const text = textTokens(params, config, textBatch(IDS, 6));
  const probe = randomTensor("probe", [VIDEOS, IDS.length]);
  const objective = (all: Params): Tensor => tf.sum(tf.mul(recognize(all, config, video, text).logits, probe));
  const names = [...fusionShapes(config.vghif!, CLIP).keys()].filter((_, at) => at % 5 === 0);
  const grads = tf.grads((...values: Tensor[]) =>
    objective({ ...params, ...Object.fromEntries(names.map((name, at) => [name, values[at]!])) }),
  )(names.map((name) => params[name]!));
  const step = 1e-2;
  for (const [at, name] of names.entries()) {
    const value = params[name]!;
    const size = value.size;
    const element = 7 % size;
    const bump = tf.reshape(tf.oneHot([element], size).toFloat(), value.shape);
    const shifted = (by: number): number =>
      numbers(objective({ ...params, [name]: tf.add(value, tf.mul(bump, by)) }))[0]!;
    const numeric = (shifted(step) - shifted(-step)) / (2 * step);
    const analytic = numbers(grads[at]!)[element]!;
    const scale = Math.max(1, Math.abs(numeric));
    assert.ok(Math.abs(numeric - analytic) / scale < 2e-2, `${name}[${element}]: ${analytic}, numerically ${numeric}`);
  }
}

function rowsOf(tensor: Tensor, video: number): number[][] {
  return (tensor.arraySync() as number[][][])[video]!;
}

/** The fusion of one class over one level in loops over plain numbers. */
function plainFusion(params: Params, u: number[], selected: number[][], heads: number): number[] {
  const matrix = (name: string): number[][] => params[name]!.arraySync() as number[][];
  const vector = (name: string): number[] => params[name]!.arraySync() as number[];
  const norm = (x: number[], name: string): number[] => {
    const mean = x.reduce((a, b) => a + b, 0) / x.length;
    const variance = x.reduce((a, b) => a + (b - mean) ** 2, 0) / x.length;
    const [gain, shift] = [vector(`${name}.weight`), vector(`${name}.bias`)];
    return x.map((value, at) => ((value - mean) / Math.sqrt(variance + 1e-5)) * gain[at]! + shift[at]!);
  };
  const times = (x: number[], m: number[][]): number[] =>
    m[0]!.map((_, column) => x.reduce((sum, value, row) => sum + value * m[row]![column]!, 0));
  const base = "vghif.fusion.0.visual_to_text";
  const v = selected.map((token) => times(norm(token, "vghif.levels.0.ln"), matrix("vghif.levels.0.proj")));
  const q = times(norm(u, `${base}.ln`), matrix(`${base}.q`));
  const keys = v.map((token) => times(token, matrix(`${base}.k`)));
  const values = v.map((token) => times(token, matrix(`${base}.v`)));
  const size = u.length / heads;
  const heard = u.map((_, at) => {
    const head = Math.floor(at / size) * size;
    const scores = keys.map((key) => {
      let sum = 0;
      for (let d = head; d < head + size; d++) sum += q[d]! * key[d]!;
      return Math.exp(sum / Math.sqrt(size));
    });
    const total = scores.reduce((a, b) => a + b, 0);
    return scores.reduce((sum, score, token) => sum + (score / total) * values[token]![at]!, 0);
  });
  const message = times(heard, matrix(`${base}.o`));
  const gate = vector(`${base}.gate`);
  const once = u.map((value, at) => value + gate[at]! * message[at]!);
  const transposed = (m: number[][]): number[][] => m[0]!.map((_, column) => m.map((row) => row[column]!));
  const fc = times(norm(once, `${base}.ffn.ln`), transposed(matrix(`${base}.ffn.c_fc.weight`)));
  const shift = vector(`${base}.ffn.c_fc.bias`);
  const hidden = fc.map((x, at) => (x + shift[at]!) / (1 + Math.exp(-1.702 * (x + shift[at]!))));
  const out = times(hidden, transposed(matrix(`${base}.ffn.c_proj.weight`)));
  const [bias, ffnGate] = [vector(`${base}.ffn.c_proj.bias`), vector(`${base}.ffn.gate`)];
  return once.map((value, at) => value + ffnGate[at]! * (out[at]! + bias[at]!));
}
