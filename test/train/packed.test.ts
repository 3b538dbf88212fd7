import assert from "node:assert/strict";
import { before, test } from "node:test";
import { startEngine } from "vghif/dist/engine/index.js";
import { tf } from "vghif/dist/nn/array.js";
import { compiledExecutor, eagerExecutor } from "vghif/dist/train/executor.js";
import { Packing } from "vghif/dist/train/packed.js";
import { zeros } from "vghif/dist/train/state.js";
import type { LossOf } from "vghif/dist/train/step.js";

const SHAPES = { a: [2, 3], large: [257, 257], b: [5], alone: [7], scale: [] } as const;
const GROUPS = [
  { names: ["a", "large", "b", "scale"], lr: 0.1, weightDecay: 0.5 },
  { names: ["alone"], lr: 0.01, weightDecay: 0 },
];

function values(offset: number) {
  const entries = Object.entries(SHAPES).map(([name, shape], which) => {
    const size = shape.reduce((product: number, length) => product * length, 1);
    const data = Float32Array.from({ length: size }, (_, at) => Math.sin(offset + which + at));
    return [name, { dtype: "F32", shape: [...shape], data }] as const;
  });
  return Object.fromEntries(entries);
}

before(() => startEngine("onnx"));

test("small parameters of a group share an array, and come back as they were", () => {
  const packing = new Packing(GROUPS, values(0));
  assert.deepEqual(
    packing.groups.map(({ names }) => names),
    [["large", "packed 0"], ["alone"]],
  );
  const record = values(1);
  const packed = packing.pack(record);
  assert.deepEqual(Object.keys(packed), ["large", "alone", "packed 0"]);
  assert.deepEqual([...packed["packed 0"]!.data], [...record.a!.data, ...record.b!.data, ...record.scale!.data]);
  assert.equal(packed.large, record.large);
  assert.deepEqual(packing.unpack(packed), record);
});

test("packed steps are those of each parameter on its own", async () => {
  const start = { step: 0, params: values(2), m: zeros(values(2)), v: zeros(values(2)) };
  const lossOf: LossOf<{ x: tf.Tensor }> = (params, { x }) =>
    tf.addN(
      Object.values(params).map((value, at) =>
        tf.mul(tf.mean(tf.square(tf.sub(value, at))), tf.sum(tf.mul(x, at + 1))),
      ),
    );
  const [eager, compiled] = [eagerExecutor(lossOf, GROUPS, start), compiledExecutor(lossOf, GROUPS, start)];
  const batch = { x: tf.tensor1d([0.5, 0.25]) };
  for (let step = 0; step < 3; step++) {
    const [expected, found] = [await eager.run(batch, step, [0.1, 0.01]), await compiled.run(batch, step, [0.1, 0.01])];
    assert.ok(Math.abs(found - expected) <= 1e-5 * expected, `loss ${found}, expected ${expected}`);
  }
  const [expected, found] = [await eager.snapshot(), await compiled.snapshot(true)];
  for (const part of ["params", "m", "v"] as const) {
    for (const [name, { data, shape }] of Object.entries(expected[part])) {
      const own = found[part][name]!;
      assert.deepEqual(own.shape, shape);
      own.data.forEach((value, at) => {
        assert.ok(Math.abs(value - data[at]!) <= 1e-5 * (1 + Math.abs(data[at]!)), `${part} ${name}[${at}]`);
      });
    }
  }
  await eager.dispose();
  await compiled.dispose();
});
