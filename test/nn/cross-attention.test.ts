/** Cross-attention in every order of its products, against the textbook order written out here. */
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { startEngine } from "vghif/dist/engine/index.js";
import { type Tensor, tf } from "vghif/dist/nn/array.js";
import { attention } from "vghif/dist/nn/attention.js";
import { crossAttention, meanOfAnswerers, projected, staysUnprojected } from "vghif/dist/nn/cross-attention.js";
import { project } from "vghif/dist/nn/linear.js";
import { layerNorm, normedProduct } from "vghif/dist/nn/norm.js";
import { assertClose, randomTensor } from "../tensors.js";

const [BATCH, WIDTH, SPACE, INNER, HEADS] = [2, 6, 5, 7, 3] as const;

before(() => startEngine("cpu"));

/** Queries, raw answerers and weights for so many askers and answerers. */
function inputs(askers: number, answerers: number): Tensor[] {
  return [
    randomTensor("q", [BATCH, askers, WIDTH]),
    randomTensor("tokens", [BATCH, answerers, INNER]),
    randomTensor("matrix", [INNER, SPACE], 0.5),
    randomTensor("offset", [SPACE]),
    randomTensor("k", [SPACE, WIDTH], 0.5),
    randomTensor("v", [SPACE, WIDTH], 0.5),
  ];
}

type Attend = (...values: Tensor[]) => { output: Tensor; weights: Tensor };

const textbook: Attend = (q, tokens, matrix, offset, k, v) => {
  const answerers = tf.add(project(tokens!, matrix!), offset!);
  return attention(q!, project(answerers, k!), project(answerers, v!), HEADS);
};
const unprojected: Attend = (q, tokens, matrix, offset, k, v) =>
  crossAttention(q!, { tokens: tokens!, matrix: matrix!, offset: offset! }, { k: k!, v: v! }, HEADS);
const projectedFirst: Attend = (q, tokens, matrix, offset, k, v) =>
  crossAttention(q!, projected({ tokens: tokens!, matrix: matrix!, offset: offset! }), { k: k!, v: v! }, HEADS);

for (const [askers, answerers] of [
  [1, 23],
  [2, 11],
  [13, 3],
] as const) {
  for (const [name, attend] of Object.entries({ unprojected, projectedFirst })) {
    test(`${askers} askers, ${answerers} answerers, ${name}: output, weights and every gradient`, () => {
      const values = inputs(askers, answerers);
      const [expected, actual] = [textbook(...values), attend(...values)];
      assertClose(actual.output, expected.output, 1e-5, "output");
      assertClose(actual.weights, expected.weights, 1e-6, "weights");
      const target = randomTensor("target", [BATCH, askers, WIDTH]);
      const map = randomTensor("map", [BATCH, HEADS, askers, answerers]);
      const gradients = (of: Attend): Tensor[] =>
        tf.grads((...all: Tensor[]) => {
          const { output, weights } = of(...all);
          return tf.add(tf.sum(tf.mul(output, target)), tf.sum(tf.mul(weights, map)));
        })(values);
      const wanted = gradients(textbook);
      gradients(attend).forEach((grad, i) => {
        assertClose(grad, wanted[i]!, 2e-5, ["q", "tokens", "matrix", "offset", "k", "v"][i]!);
      });
    });
  }
}

test("answerers are asked in place where that takes fewer multiplications, and only there", async () => {
  const q = (askers: number) => randomTensor("q", [BATCH, askers, WIDTH]);
  const weights = { k: randomTensor("k", [SPACE, WIDTH]), v: randomTensor("v", [SPACE, WIDTH]) };
  /** Whether some product has the shape of all heads' queries against unprojected answerers. */
  const inPlace = async (askers: number, count: number): Promise<boolean> => {
    const answerers = randomTensor("v", [BATCH, count, SPACE]);
    const { kernels } = await tf.profile(() => crossAttention(q(askers), answerers, weights, HEADS).output);
    return kernels.some(({ name, outputShapes }) => {
      return name === "BatchMatMul" && `${outputShapes[0]}` === `${[BATCH, HEADS * askers, count]}`;
    });
  };
  // 23 answerers: 23*5*6 + 1*23*6 = 828 projected; 1*5*6 + 3*1*23*5 = 375 in place.
  assert.equal(await inPlace(1, 23), true);
  // 13 askers: 23*5*6 + 13*23*6 = 2484 projected; 13*5*6 + 3*13*23*5 = 4875 in place.
  assert.equal(await inPlace(13, 23), false);
});

test("raw answerers stay unprojected where one projection of all would cost more than their matrix in the weights", () => {
  const sizes = { queries: 51, width: 512, space: 512, heads: 4 };
  const stays = (count: number, videos: number, visits = 1) =>
    staysUnprojected({ ...sizes, count }, 768, videos, visits);
  assert.equal(stays(8 * 197, 8), true, "all tokens of a batch");
  assert.equal(stays(8 + 196, 1), false, "few tokens of one video");
  assert.equal(stays(8 * 197, 8, 9), false, "visited so often that one projection pays");
});

test("the mean of answerers by their parts", () => {
  const [, tokens, matrix, offset] = inputs(1, 11) as [Tensor, Tensor, Tensor, Tensor];
  const parts = { tokens, matrix, offset };
  assertClose(meanOfAnswerers(parts), tf.mean(projected(parts), 1, true), 1e-6);
  assertClose(meanOfAnswerers(tokens), tf.mean(tokens, 1, true), 0);
});

test("a LayerNorm and the product after it by parts: value and gradients", () => {
  const x = randomTensor("x", [BATCH, 3, INNER], 2);
  const values = [
    randomTensor("weight", [INNER]),
    randomTensor("bias", [INNER]),
    randomTensor("matrix", [INNER, SPACE]),
  ];
  const target = randomTensor("target", [BATCH, 3, SPACE]);
  const loss =
    (of: (params: Record<string, Tensor>, matrix: Tensor) => Tensor) =>
    (...[weight, bias, matrix]: Tensor[]) =>
      tf.sum(tf.mul(of({ "ln.weight": weight!, "ln.bias": bias! }, matrix!), target));
  const whole = loss((params, matrix) => project(layerNorm(x, params, "ln"), matrix));
  const parts = loss((params, matrix) => projected(normedProduct(x, params, "ln", matrix)));
  assertClose(parts(...values), whole(...values), 1e-4, "value");
  const wanted = tf.grads(whole)(values);
  tf.grads(parts)(values).forEach((grad, i) => {
    assertClose(grad, wanted[i]!, 2e-5, `gradient ${i}`);
  });
});
