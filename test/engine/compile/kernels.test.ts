/** Every kernel of tfjs is recorded or refused; those that no model of the contract test uses are compared here. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { before, test } from "node:test";
import { compile } from "vghif/dist/engine/compile/compile.js";
import { RECORDERS, UNSUPPORTED } from "vghif/dist/engine/compile/kernels.js";
import { startEngine } from "vghif/dist/engine/index.js";
import type { Tensor } from "vghif/dist/nn/array.js";
import { assertClose } from "../close.js";
import { inputsOf, valueAndGradients } from "../op-case.js";
import { CONVOLUTIONS } from "./cases-convolution.js";
import { INDEXED } from "./cases-indexed.js";
import { OTHERS } from "./cases-others.js";

before(() => startEngine("cpu"));

test("each kernel that tfjs names is in one of the two lists", () => {
  const folder = path.dirname(require.resolve("@tensorflow/tfjs-core/package.json"));
  const declared = readFileSync(path.join(folder, "dist", "kernel_names.d.ts"), "utf8");
  const names = [...declared.matchAll(/^export declare const \w+ = "(\w+)";/gm)].map((match) => match[1]!);
  assert.ok(names.length > 150, `${names.length} names found`);
  assert.deepEqual(
    names.filter((name) => name in RECORDERS === UNSUPPORTED.has(name)),
    [],
    "in both lists, or in none",
  );
  const own = ["Barrier"];
  const known = [...Object.keys(RECORDERS), ...UNSUPPORTED.keys()];
  assert.deepEqual(
    known.filter((name) => !names.includes(name)),
    own,
    "in a list, but tfjs has no such kernel",
  );
});

for (const opCase of [...CONVOLUTIONS, ...INDEXED, ...OTHERS]) {
  test(`compiled ${opCase.name}`, async () => {
    const inputs = inputsOf(opCase);
    const expected = valueAndGradients(opCase, inputs);
    const compiled = await compile((xs: Tensor[]) => valueAndGradients(opCase, xs), inputs);
    const actual = await compiled.run(inputs);
    expected.forEach((tensor, part) => {
      const what = part === 0 ? "value" : `gradient ${part - 1}`;
      assert.deepEqual(actual[part]!.shape, tensor.shape, `shape of ${what}`);
      assertClose(actual[part]!.data, tensor.dataSync(), 2e-5, what);
    });
    await compiled.release();
  });
}
