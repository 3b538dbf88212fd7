/** A process with programs ends when and as it should, and says in one line that its thread of sessions has ended. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { before, test } from "node:test";
import { compile } from "vghif/dist/engine/compile/compile.js";
import { startEngine } from "vghif/dist/engine/index.js";
import { sessionHost } from "vghif/dist/engine/session/host.js";
import { UserError } from "vghif/dist/errors.js";
import { type Tensor, tf } from "vghif/dist/nn/array.js";
import { PROJECT_ROOT } from "../../shared.js";

/** Runs `body` in a process of its own, after `long` (about half a second or more of products) has been compiled. */
function inProcess(body: string) {
  const script = `
    const { startEngine } = require("vghif/dist/engine/index.js");
    const { compile } = require("vghif/dist/engine/compile/compile.js");
    const { tf } = require("vghif/dist/nn/array.js");
    (async () => {
      await startEngine("cpu");
      const x = tf.fill([1024, 1024], 1 / 1024);
      const powers = ({ x }) => { let y = x; for (let i = 0; i < 40; i++) y = tf.matMul(y, x); return { y: tf.sum(y) }; };
      const long = await compile(powers, { x });
      ${body}
    })();
  `;
  const options = { cwd: PROJECT_ROOT, encoding: "utf8", timeout: 120_000 } as const;
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, ["-e", script], options);
  return { status, signal, stdout, stderr };
}

test("it waits for a run that nobody awaits, and ends by itself", () => {
  const ended = inProcess(`long.run({ x }).then(({ y }) => console.log(Math.round(y.data[0])));`);
  assert.deepEqual(ended, { status: 0, signal: null, stdout: "1024\n", stderr: "" });
});

test("process.exit during a run keeps its code and prints nothing", () => {
  const ended = inProcess(`long.run({ x }); long.run({ x }); setTimeout(() => process.exit(5), 50);`);
  assert.deepEqual(ended, { status: 5, signal: null, stdout: "", stderr: "" });
});

test("an uncaught error during a run is reported as ever", () => {
  const { status, stderr } = inProcess(`long.run({ x }); setTimeout(() => { throw new Error("mine"); }, 50);`);
  assert.equal(status, 1);
  assert.match(stderr, /Error: mine/);
  assert.doesNotMatch(stderr, /terminate|Napi/);
});

test("a signal ends it at once", () => {
  const { status, signal, stderr } = inProcess(
    `long.run({ x }); setTimeout(() => process.kill(process.pid, "SIGINT"), 50);`,
  );
  assert.deepEqual({ status, signal, stderr }, { status: null, signal: "SIGINT", stderr: "" });
});

before(() => startEngine("cpu"));

test("when the thread ends, each waiting call says so in one line, and a new one takes its place", async () => {
  const square = ({ x }: { x: Tensor }) => ({ x: tf.square(x) });
  const compiled = await compile(square, { x: tf.ones([3]) });
  const bound = await compiled.bind<"x">({ x: tf.fill([3], 2) });
  await bound.step({});
  const thread: { terminate(): Promise<number> } = Reflect.get(sessionHost(), "worker");
  const ending = thread.terminate();
  const waiting = [bound.read(), bound.step({}), compiled.run({ x: tf.ones([3]) })];
  for (const call of await Promise.allSettled(waiting)) {
    assert.equal(call.status, "rejected");
    assert.ok(call.reason instanceof UserError, String(call.reason));
    assert.match(call.reason.message, /^compile: the thread .* has ended \(exit code 1\).*; start this work again$/);
  }
  await ending;
  await assert.rejects(bound.step({}), /has ended/);
  const { x } = await compiled.run({ x: tf.fill([3], 5) });
  assert.deepEqual([...x.data], [25, 25, 25]);
  await compiled.release();
});
