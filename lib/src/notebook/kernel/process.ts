/** The kernel's process: tslab under this Node, in a process group of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";

/** Paths of what runs a kernel: Node, and tslab's entry. */
export function kernelCommand(): readonly [node: string, entry: string] {
  const manifest = require.resolve("tslab/package.json");
  const { bin } = JSON.parse(readFileSync(manifest, "utf8")) as { bin: { tslab: string } };
  return [process.execPath, path.join(path.dirname(manifest), bin.tslab)];
}

/** A kernel's process. */
export interface KernelProcess {
  /** Resolves when the process has ended: with a clause that says how. */
  readonly ended: Promise<string>;
  /** Ends the process and all that it started. */
  kill(): void;
}

/** How much of what the process wrote is kept, in characters, to say why it died. */
const KEPT = 4000;

/** Starts tslab in a folder; it will open the sockets that the connection file names. */
export function startProcess(connectionFile: string, cwd: string): KernelProcess {
  const [node, entry] = kernelCommand();
  const watch = path.join(__dirname, "parent-watch.js");
  // Colours would get into the outputs.
  const { FORCE_COLOR: _, ...env } = process.env;
  const args = ["--require", watch, entry, "kernel", "--config-path", connectionFile];
  const child = spawn(node, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe", "ipc"] });
  let written = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      written = (written + text).slice(-KEPT);
    });
  }
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(`could not start (${error.message})`));
    // What the kernel started may hold its output open.
    child.once("exit", () => killGroup(child));
    child.once("close", (code, signal) => {
      resolve(`${signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`}${reasonIn(written)}`);
    });
  });
  return { ended, kill: () => killGroup(child) };
}

/** The line of a crash report that names the reason, else the last line. */
function reasonIn(written: string): string {
  const lines = written.split("\n").filter((line) => line.trim() !== "");
  const line = lines.find((candidate) => candidate.includes("FATAL ERROR")) ?? lines.at(-1);
  return line === undefined ? "" : `: ${line.trim()}`;
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
