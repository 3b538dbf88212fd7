/** The kernel's registration inside the project, and what Jupyter is started with. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after, before } from "node:test";
import { PROJECT_ROOT } from "../shared.js";

/** A project of its own, with a blank in its path, which holds the built library. */
let project = "";
/** The only folder where programs are found. */
let bin = "";

before(async () => {
  project = await mkdtemp(path.join(tmpdir(), "vghif lab "));
  bin = path.join(project, "bin");
  await mkdir(bin);
  await mkdir(path.join(project, "notebooks"));
  for (const part of ["bin", "dist", "package.json"]) {
    await cp(path.join(PROJECT_ROOT, "lib", part), path.join(project, "lib", part), { recursive: true });
  }
  await symlink(path.join(PROJECT_ROOT, "node_modules"), path.join(project, "node_modules"));
});

after(() => rm(project, { recursive: true, force: true }));

function lab(...args: readonly string[]) {
  const vghif = path.join(project, "lib", "bin", "vghif.js");
  const { JUPYTER_RUNTIME_DIR: _, ...inherited } = process.env;
  const env = { ...inherited, PATH: bin, HOME: path.join(project, "no home"), JUPYTER_PATH: "elsewhere" };
  return spawnSync(process.execPath, [vghif, "lab", ...args], { encoding: "utf8", env });
}

test("--register describes the kernel with absolute paths and prints the folder for JUPYTER_PATH", async () => {
  const { status, stdout, stderr } = lab("--register");
  assert.equal(stderr, "");
  assert.equal(status, 0);
  const data = path.join(project, ".vghif", "jupyter");
  assert.equal(stdout, `${data}\n`);
  const description = JSON.parse(await readFile(path.join(data, "kernels", "tslab", "kernel.json"), "utf8"));
  const [node, entry, ...rest] = description.argv as string[];
  assert.equal(node, process.execPath);
  assert.ok(path.isAbsolute(entry!) && existsSync(entry!));
  assert.deepEqual(rest, ["kernel", "--config-path={connection_file}"]);
  assert.equal(description.language, "typescript");
});

test("without Jupyter one line says what to install", () => {
  const { status, stdout, stderr } = lab();
  assert.equal(status, 1);
  assert.equal(stdout, "");
  assert.equal(stderr, "vghif: Jupyter is not installed: pip install jupyterlab, or apt install jupyter-notebook\n");
});

test("Jupyter starts in the notebooks' folder, knows the kernel and gets the arguments; its exit code is the command's", async () => {
  // Stands for an installation that has Notebook and no Lab.
  const program = path.join(bin, "jupyter");
  const script = `#!/bin/sh
[ "$1" = lab ] && exit 1
[ "$2" = --version ] && exit 0
echo "$PWD|$JUPYTER_PATH|$JUPYTER_RUNTIME_DIR|$*"
exit 3
`;
  await writeFile(program, script);
  await chmod(program, 0o755);
  const { status, stdout } = lab("--", "--no-browser", "--port=1234");
  assert.equal(status, 3);
  const data = path.join(project, ".vghif", "jupyter");
  const root = process.getuid?.() === 0 ? "--allow-root " : "";
  const wanted = [path.join(project, "notebooks"), `${data}:elsewhere`, path.join(data, "runtime")];
  assert.equal(stdout, `${[...wanted, `notebook ${root}--no-browser --port=1234`].join("|")}\n`);
});
