import assert from "node:assert/strict";
import { before, test } from "node:test";
import { compile } from "vghif/dist/engine/compile/compile.js";
import { startEngine } from "vghif/dist/engine/index.js";
import { sessionHost } from "vghif/dist/engine/session/host.js";
import type { Order } from "vghif/dist/engine/session/protocol.js";
import { type Tensor, tf } from "vghif/dist/nn/array.js";

before(() => startEngine("onnx"));

/** Counts orders of the thread by type. */
function watched(): { count: (type: Order["type"]) => number; end: () => void } {
  const host = sessionHost();
  const { ask, tell } = host;
  const orders: Order[] = [];
  host.ask = (order, transfer) => {
    orders.push(order);
    return ask.call(host, order, transfer) as never;
  };
  host.tell = (order) => {
    orders.push(order);
    tell.call(host, order);
  };
  return {
    count: (type) => orders.filter((order) => order.type === type).length,
    end: () => Object.assign(host, { ask, tell }),
  };
}

type Step = { state: { w: Tensor }; x: Tensor };

/** w' = w * decay + x * constant; `y` is x * w. */
const stepOf = (constant: readonly number[], decay: number) => {
  const fixed = tf.tensor([...constant]);
  return ({ state, x }: Step) => ({
    state: { w: tf.add(tf.mul(state.w, decay), tf.mul(x, fixed)) },
    y: tf.mul(x, state.w),
  });
};

async function steps(constant: readonly number[], decay: number, w: readonly number[]): Promise<number[][]> {
  const state = { state: { w: { data: Float32Array.from(w), shape: [3] } } };
  const x = tf.tensor([2, 3, 5]);
  const program = await compile(stepOf(constant, decay), { ...state, x });
  const bound = await program.bind<"state">(state);
  const rows: number[][] = [];
  for (let at = 0; at < 2; at++) rows.push([...(await bound.step({ x })).y.data]);
  rows.push([...(await bound.read()).state.w.data]);
  bound.release();
  await program.retire();
  return rows;
}

test("the very same program is loaded once; its states stay apart", async () => {
  const orders = watched();
  try {
    const first = await steps([7, 11, 13], 0.5, [1, 1, 1]);
    assert.deepEqual(first, [
      [2, 3, 5],
      [29, 100.5, 327.5],
      [21.25, 49.75, 97.75],
    ]);
    const loads = orders.count("load");
    assert.deepEqual(await steps([7, 11, 13], 0.5, [1, 1, 1]), first);
    const other = await steps([7, 11, 13], 0.5, [0, 0, 4]);
    assert.deepEqual(other[0], [0, 0, 20]);
    assert.equal(orders.count("load"), loads, "no program was loaded again");
    assert.equal(orders.count("unload"), 0);
    assert.equal(orders.count("unbind"), 3);
  } finally {
    orders.end();
  }
});

test("another constant, factor, output name or shape is another program", async () => {
  const orders = watched();
  try {
    const x = tf.tensor([2, 3, 5]);
    const variants: readonly (readonly [(inputs: { x: Tensor }) => object, Tensor, readonly number[]])[] = [
      [({ x }) => ({ y: tf.mul(x, tf.tensor([17, 19, 23])) }), x, [34, 57, 115]],
      [({ x }) => ({ y: tf.mul(x, tf.tensor([17, 19, 29])) }), x, [34, 57, 145]],
      [({ x }) => ({ y: tf.mul(x, tf.tensor([17, 19, 29])) }), tf.tensor([[2, 3, 5]]), [34, 57, 145]],
      [({ x }) => ({ z: tf.mul(x, tf.tensor([17, 19, 29])) }), x, [34, 57, 145]],
      [({ x }) => ({ y: tf.add(x, tf.tensor([17, 19, 29])) }), x, [19, 22, 34]],
    ];
    for (const [at, [fn, input, expected]] of variants.entries()) {
      const program = await compile<{ x: Tensor }, Record<string, Tensor>>(fn as never, { x: input });
      const [value] = Object.values(await program.run({ x: input }));
      assert.deepEqual([...value!.data], expected);
      await program.retire();
      assert.equal(orders.count("load"), at + 1);
    }
  } finally {
    orders.end();
  }
});

test("sixteen are kept, the one kept longest goes; a released one is not kept", async () => {
  const orders = watched();
  try {
    const x = tf.scalar(3);
    const power = async (at: number, end: "retire" | "release"): Promise<void> => {
      const program = await compile(({ x }: { x: Tensor }) => ({ y: tf.mul(x, 31 + at) }), { x });
      assert.deepEqual([...(await program.run({ x })).y.data], [3 * (31 + at)]);
      await program[end]();
    };
    for (let at = 0; at < 18; at++) await power(at, "retire");
    const loads = orders.count("load");
    assert.equal(loads, 18);
    await power(17, "release");
    assert.equal(orders.count("load"), 18);
    await power(17, "release");
    assert.equal(orders.count("load"), 19);
    await power(0, "release");
    assert.equal(orders.count("load"), 20, "the first went");
  } finally {
    orders.end();
  }
});
