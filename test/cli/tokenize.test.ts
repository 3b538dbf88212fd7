/** `vghif tokenize` as a process. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import test from "node:test";
import { PROJECT_ROOT } from "../shared.js";

function tokenize(input: string, ...args: readonly string[]) {
  const vghif = path.join(PROJECT_ROOT, "lib", "bin", "vghif.js");
  return spawnSync(process.execPath, [vghif, "tokenize", ...args], { input, encoding: "utf8" });
}

const LONG = "dog ".repeat(76);

test("ids of each text, and an error in the place of one that is too long", () => {
  const { status, stdout, stderr } = tokenize(JSON.stringify(["a dog", LONG, "It\u00e2\u20ac\u2122s"]));
  assert.equal(status, 0);
  assert.equal(stderr, "");
  const [first, long, third] = JSON.parse(stdout) as [number[], { error: string }, number[]];
  assert.deepEqual(first, [49406, 320, 1929, 49407, ...Array<number>(73).fill(0)]);
  assert.match(long.error, /^text is too long \(78 ids .*"dog dog/);
  assert.deepEqual(third.slice(0, 5), [49406, 585, 568, 49407, 0]);
});

test("--truncate cuts and ends with the end of text", () => {
  const { status, stdout } = tokenize(JSON.stringify([LONG]), "--truncate");
  assert.equal(status, 0);
  assert.deepEqual(JSON.parse(stdout), [[49406, ...Array<number>(75).fill(1929), 49407]]);
});

test("wrong input is one line and exit code 2", () => {
  for (const input of ["", "nonsense", '{"a": 1}', '["a", 1]']) {
    const { status, stdout, stderr } = tokenize(input);
    assert.equal(status, 2);
    assert.equal(stdout, "");
    assert.match(stderr, /^vghif: standard input is .*\n$/);
  }
  assert.equal(tokenize("[]", "--trunkate").status, 2);
});
