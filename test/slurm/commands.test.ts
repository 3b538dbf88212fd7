/** The commands where no Slurm is needed, or none is there: what is said, and the exit code. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { parseSlurmConfig } from "vghif/dist/experiments/slurm/config.js";
import { submitSweep } from "vghif/dist/experiments/slurm/submit.js";
import { sweepNames } from "vghif/dist/experiments/slurm/sweep-folder.js";
import { tableSpecs } from "vghif/dist/experiments/table.js";
import { EXAMPLE_TABLE, exampleStore, temporaryFolder } from "../experiments/example-runs.js";
import { PROJECT_ROOT } from "../shared.js";

const SPECS = tableSpecs(EXAMPLE_TABLE, "smoke");

test("wrong use is exit code 2, what the user can mend is 1: one line each", (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(path.join(folder, "wrong.json"), '{"time": "soon"}');
  const cases: readonly (readonly [number, RegExp, readonly string[]])[] = [
    [2, /--engine is "cloud": give local or slurm/, ["reproduce", "table-4", "--engine", "cloud"]],
    [2, /--slurm is for --engine slurm/, ["reproduce", "table-4", "--slurm", "slurm.json"]],
    [1, /absent\.json cannot be read/, ["reproduce", "table-4", "--engine", "slurm", "--slurm", "absent.json"]],
    [1, /wrong\.json is not a Slurm configuration: field "time"/, ["sweep", "submit", "--slurm", "wrong.json"]],
    [1, /there is no sweep "other" in .*; there is none/, ["sweep", "collect", "other"]],
  ];
  for (const [code, message, args] of cases) {
    const main = path.join(PROJECT_ROOT, "lib", "bin", "vghif.js");
    const env = { ...process.env, VGHIF_RECORDS: path.join(folder, "records") };
    const { status, stderr } = spawnSync(process.execPath, [main, ...args], { cwd: folder, encoding: "utf8", env });
    assert.equal(status, code, `${args.join(" ")}: ${stderr}`);
    assert.match(stderr, message);
    assert.equal(stderr.trimEnd().split("\n").length, 1, stderr);
  }
});

test("without Slurm a sweep is refused in one line and leaves nothing; with all records none is needed", async (t) => {
  const { PATH } = process.env;
  t.after(() => Object.assign(process.env, { PATH }));
  process.env.PATH = temporaryFolder(t);
  const config = parseSlurmConfig({}, "here");
  const some = exampleStore(t, ({ seed }) => (seed === 0 ? 50 : null));
  await assert.rejects(submitSweep(SPECS, some, config), {
    name: "UserError",
    message: "sbatch is not here: run this on a machine of a Slurm cluster, or use --engine local",
  });
  assert.deepEqual(sweepNames(some), []);
  const all = exampleStore(t, () => 50);
  assert.deepEqual(await submitSweep(SPECS, all, config), { sweep: null, earlier: [] });
});
