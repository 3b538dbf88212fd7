/** Every op that models use has compiled the values and gradients that it has eagerly on tfjs's cpu backend. */
import { before, test } from "node:test";
import type * as tf from "@tensorflow/tfjs-core";
import { compile } from "vghif/dist/engine/compile/compile.js";
import { startEngine } from "vghif/dist/engine/index.js";
import { assertClose } from "../close.js";
import { inputsOf, valueAndGradients } from "../op-case.js";
import { OP_CASES } from "../op-cases.js";

before(() => startEngine("cpu"));

for (const opCase of OP_CASES) {
  test(`compiled ${opCase.name}`, async () => {
    const inputs = inputsOf(opCase);
    const expected = valueAndGradients(opCase, inputs).map((tensor) => tensor.dataSync());
    const compiled = await compile((xs: tf.Tensor[]) => valueAndGradients(opCase, xs), inputs);
    const actual = await compiled.run(inputs);
    expected.forEach((values, part) => {
      assertClose(actual[part]!.data, values, 2e-5, part === 0 ? "value" : `gradient ${part - 1}`);
    });
    await compiled.release();
  });
}
