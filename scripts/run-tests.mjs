/** Runs every built test (or those whose path holds one of the arguments) with Node's own test runner. */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), "..");
const built = path.join(root, "build", "test");
const wanted = process.argv.slice(2);
const files = readdirSync(built, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith(".test.js"))
  .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
  .sort()
  .map((file) => path.join(built, file));
if (files.length === 0) {
  console.error(`no test matches ${wanted.join(" ")}`);
  process.exit(1);
}
const flags = ["--test", "--test-concurrency=2", "--test-reporter=spec"];
// Two test files run at a time; each keeps to one thread.
const env = { VGHIF_THREADS: "1", ...process.env };
const run = spawnSync(process.execPath, [...flags, ...files], { cwd: root, stdio: "inherit", env });
process.exit(run.status ?? 1);
