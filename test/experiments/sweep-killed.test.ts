/** A command that is killed again and again gives the records of one that nobody killed; scripts/kill-test.mjs does it. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { PROJECT_ROOT } from "../shared.js";
import { makeTiny } from "../tiny-runs.js";

test("3 kills at random moments: the same records, and no process goes on", async (t) => {
  if (!existsSync("/proc/self/stat")) return t.skip("SKIPPED: there is no /proc here to see processes by");
  const folder = mkdtempSync(path.join(tmpdir(), "vghif killed "));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const { weights } = await makeTiny(folder);
  const command = ["few-shot", "tiny", "--shots", "2", "--seeds", "2", "--weights", weights];
  const script = path.join(PROJECT_ROOT, "scripts", "kill-test.mjs");
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [script, "--kills", "3", "--part", "0.9", "--", ...command],
    { encoding: "utf8" },
  );
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /\n3 kills in \d+ starts: the same 4 records\n$/);
});
