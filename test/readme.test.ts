import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { PROJECT_ROOT } from "./shared.js";

test("README.md shows what docs/results says, and docs/results what the records say where they are complete", () => {
  const script = path.join(PROJECT_ROOT, "scripts", "readme.mjs");
  const { status, stderr } = spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
  assert.equal(status, 0, stderr);
});
