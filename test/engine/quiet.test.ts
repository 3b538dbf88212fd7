/** Starting and running the engine prints nothing, writes nothing to the home folder, and ends by itself. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { PROJECT_ROOT } from "../shared.js";

const SCRIPT = `
  const { startEngine } = require("vghif/dist/engine/index.js");
  const { compile } = require("vghif/dist/engine/compile/compile.js");
  const { tf } = require("vghif/dist/nn/array.js");
  (async () => {
    for (const name of ["wasm", "cpu"]) {
      await startEngine(name);
      const x = tf.tensor2d([[1, 2], [3, 5]]);
      const square = ({ x }) => ({ y: tf.matMul(x, x) });
      const { y } = await (await compile(square, { x })).run({ x });
      if (String(y.data) !== "7,12,18,31" || String(tf.matMul(x, x).dataSync()) !== "7,12,18,31") process.exit(3);
    }
  })();
`;

for (const threads of ["1", "2"]) {
  test(`quiet with ${threads} threads`, () => {
    const home = mkdtempSync(path.join(os.tmpdir(), "vghif home "));
    try {
      const { PATH } = process.env;
      const env = { PATH, HOME: home, VGHIF_THREADS: threads };
      const options = { cwd: PROJECT_ROOT, env, encoding: "utf8", timeout: 60_000 } as const;
      const { status, stdout, stderr } = spawnSync(process.execPath, ["-e", SCRIPT], options);
      assert.deepEqual({ status, stdout, stderr }, { status: 0, stdout: "", stderr: "" });
      assert.deepEqual(readdirSync(home), []);
    } finally {
      rmSync(home, { recursive: true });
    }
  });
}
