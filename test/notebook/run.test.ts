/** Notebooks through the real kernel: outputs, errors, drift, and kernels that die, hang or are interrupted. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import test, { after, before } from "node:test";
import { setTimeout } from "node:timers/promises";
import { executeNotebook } from "vghif/dist/notebook/run.js";
import { PROJECT_ROOT } from "../shared.js";

const FIXTURES = path.join(PROJECT_ROOT, "test", "fixtures", "notebooks");
const VGHIF = path.join(PROJECT_ROOT, "lib", "bin", "vghif.js");

/** A folder inside the project, where packages are found, with a blank in its path. */
let folder = "";

before(async () => {
  await mkdir(path.join(PROJECT_ROOT, "build"), { recursive: true });
  folder = await mkdtemp(path.join(PROJECT_ROOT, "build", "notebook test "));
});

after(() => rm(folder, { recursive: true, force: true }));

async function fixture(name: string): Promise<string> {
  const file = path.join(folder, name);
  await copyFile(path.join(FIXTURES, name), file);
  return file;
}

/** A notebook of code cells. */
async function notebook(name: string, ...cells: readonly string[]): Promise<string> {
  const file = path.join(folder, name);
  const code = cells.map((source) => ({ cell_type: "code", metadata: {}, source, outputs: [], execution_count: 7 }));
  await writeFile(file, JSON.stringify({ cells: code, metadata: {}, nbformat: 4, nbformat_minor: 4 }));
  return file;
}

interface FileCell {
  readonly source: string[];
  readonly outputs?: readonly Record<string, unknown>[];
  readonly execution_count?: number | null;
}

async function cellsOf(file: string): Promise<readonly FileCell[]> {
  return (JSON.parse(await readFile(file, "utf8")) as { cells: FileCell[] }).cells;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function eventually(what: string, condition: () => boolean): Promise<void> {
  const end = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > end) assert.fail(`not within 20 s: ${what}`);
    await setTimeout(50);
  }
}

const stdout = (...text: string[]) => ({ name: "stdout", output_type: "stream", text });
const stderr = (...text: string[]) => ({ name: "stderr", output_type: "stream", text });
const shown = (data: Record<string, unknown>) => ({ data, metadata: {}, output_type: "display_data" });

test("every kind of output is written in normalised form; a second run changes nothing", async () => {
  const file = await fixture("outputs.ipynb");
  const seen: string[] = [];
  const result = await executeNotebook(file, { onCell: (cell, cells) => seen.push(`${cell}/${cells}`) });
  assert.deepEqual(result.errors, []);
  assert.equal(result.cells, 6);
  assert.deepEqual(seen, ["1/6", "2/6", "3/6", "4/6", "5/6", "6/6"]);
  assert.deepEqual(
    (await cellsOf(file)).map(({ outputs }) => outputs),
    [
      undefined,
      [stdout("seven is 7\n", "and on\n"), stderr("a warning\n")],
      [stdout("42\n")],
      [
        shown({ "text/html": ["<b>grün</b>\n", "<i>second line</i>"] }),
        shown({ "application/json": { a: [1, 2] } }),
        shown({ "text/plain": ["updated from the next cell"] }),
      ],
      [],
      [
        stderr(
          "evalmachine.<anonymous>:2\n",
          'throw new RangeError("expected");\n',
          "^\n",
          "\n",
          "RangeError: expected\n",
          "    at evalmachine.<anonymous>:2:7\n",
          "    at evalmachine.<anonymous>:4:3\n",
        ),
      ],
      [],
      [stdout("8\n")],
    ],
  );
  const written = await readFile(file, "utf8");
  const again = await executeNotebook(file, { write: false });
  assert.deepEqual(again.drift, []);
  assert.equal(await readFile(file, "utf8"), written);
  assert.deepEqual(
    (await readdir(folder)).filter((name) => name.endsWith(".tmp")),
    [],
  );
});

test("an error stops the run: it is reported and written, the cells behind it are empty", async () => {
  const file = await fixture("error.ipynb");
  const { errors, cells } = await executeNotebook(file);
  assert.deepEqual(errors, [{ cell: 3, message: "TypeError: shape 2,3 is wrong" }]);
  assert.equal(cells, 2);
  const outputs = (await cellsOf(file)).map((cell) => JSON.stringify(cell.outputs ?? null));
  assert.equal(outputs[1], JSON.stringify([stdout("before\n")]));
  assert.match(outputs[2] ?? "", /not this.*TypeError: shape 2,3 is wrong/);
  assert.equal(outputs[3], "[]");
});

test("the command line names notebook and cell of an error, of drift, and is silent about neither", async () => {
  const broken = await notebook("broken.ipynb", 'const count: number = "three";');
  const steady = await notebook("steady.ipynb", "// nothing\nconst base = 20;", "base + 3");
  const env = { ...process.env, HOME: path.join(folder, "no home") };
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [VGHIF, "notebooks", ...args], { cwd: folder, encoding: "utf8", env });

  const first = run("broken.ipynb", "steady.ipynb");
  assert.equal(first.status, 1);
  assert.match(
    first.stderr,
    /^vghif: broken\.ipynb: cell 1: 1:7 - Type 'string' is not assignable to type 'number'\.$/m,
  );
  assert.match(first.stderr, /^steady\.ipynb: 2 cells, \d+\.\d s$/m);
  assert.match(await readFile(broken, "utf8"), /not assignable/);
  const [, sum] = await cellsOf(steady);
  assert.deepEqual(sum?.outputs, [stdout("23\n")]);
  assert.equal(sum?.execution_count, null);

  await writeFile(steady, (await readFile(steady, "utf8")).replace("23", "24"));
  const drifted = run("steady.ipynb", "--check");
  assert.equal(drifted.status, 1);
  assert.match(drifted.stderr, /^vghif: steady\.ipynb: cell 2: committed "stdout: 24", now "stdout: 23"$/m);
  assert.match(await readFile(steady, "utf8"), /24/);

  const none = run("absent.ipynb");
  assert.equal(none.status, 1);
  assert.match(none.stderr, /^vghif: cannot read the notebook absent\.ipynb .*\n$/);
  assert.equal(run("--timeout", "soon", "steady.ipynb").status, 2);
});

test("a kernel that dies, or hangs, is one clear error; the notebook stays as it was", async () => {
  const dying = await notebook("dying.ipynb", "console.log(1);", 'process.kill(process.pid, "SIGKILL");');
  const text = await readFile(dying, "utf8");
  const message = `${dying}: cell 2: the kernel was ended by SIGKILL`;
  await assert.rejects(executeNotebook(dying), { name: "UserError", message });
  assert.equal(await readFile(dying, "utf8"), text);

  const loop = 'import { writeFileSync } from "fs";\nwriteFileSync("loop", String(process.pid));\nwhile (true) {}';
  const hanging = await notebook("hanging.ipynb", loop);
  const late = `${hanging}: cell 1: it ran longer than 5 s`;
  await assert.rejects(executeNotebook(hanging, { timeoutSeconds: 5 }), { name: "UserError", message: late });
  assert.equal(isAlive(Number(await readFile(path.join(folder, "loop"), "utf8"))), false);
});

/** Starts the command on a cell that waits for ever and has a child; returns it with the kernel's and the child's id. */
async function startWaiting(name: string) {
  const pids = path.join(folder, `${name}.pids`);
  const file = await notebook(
    `${name}.ipynb`,
    `import { spawn } from "child_process";
import { writeFileSync } from "fs";
const child = spawn("sleep", ["600"]);
writeFileSync(${JSON.stringify(pids)}, process.pid + " " + child.pid + " ");
await new Promise(() => setInterval(() => 0, 1000));`,
  );
  const command = spawn(process.execPath, [VGHIF, "notebooks", file], { stdio: ["ignore", "ignore", "pipe"] });
  let written = "";
  command.stderr.setEncoding("utf8").on("data", (text: string) => {
    written += text;
  });
  const ended = new Promise<number | null>((resolve) => command.once("close", resolve));
  await eventually("the cell runs", () => existsSync(pids));
  await setTimeout(100);
  const [kernel, child] = (await readFile(pids, "utf8")).split(" ").map(Number);
  assert.ok(kernel !== undefined && child !== undefined && isAlive(kernel) && isAlive(child));
  return { command, ended, file, kernel, child, stderr: () => written };
}

test("Ctrl-C ends kernel and command, and what the kernel started", async () => {
  const { command, ended, file, kernel, child, stderr: written } = await startWaiting("interrupted");
  command.kill("SIGINT");
  assert.equal(await ended, 1);
  assert.equal(written().split("\n").at(-2), `vghif: ${file}: cell 1: interrupted`);
  assert.equal(isAlive(kernel), false);
  await eventually("the kernel's child is gone", () => !isAlive(child));
});

test("a command that is killed outright leaves no kernel behind", async () => {
  const { command, kernel, child } = await startWaiting("killed");
  command.kill("SIGKILL");
  await eventually("the kernel is gone", () => !isAlive(kernel));
  await eventually("the kernel's child is gone", () => !isAlive(child));
});
