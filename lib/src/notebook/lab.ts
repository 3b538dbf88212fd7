/** The user's own Jupyter with the tslab kernel, which is registered inside the project and nowhere else. */
import { spawn, spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { messageOf, UserError } from "../errors.js";
import { projectPath } from "../project.js";
import { kernelCommand } from "./kernel/process.js";

/** The interfaces that can open a notebook, the better one first. */
const INTERFACES = ["lab", "notebook"] as const;

/**
 * Writes the description of the tslab kernel, with absolute paths. Returns the folder that Jupyter must have in
 * JUPYTER_PATH to find it: `.vghif/jupyter` in the project.
 */
export async function registerKernel(): Promise<string> {
  const data = projectPath(".vghif", "jupyter");
  const folder = path.join(data, "kernels", "tslab");
  const argv = [...kernelCommand(), "kernel", "--config-path={connection_file}"];
  const description = { argv, display_name: "TypeScript", language: "typescript" };
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, "kernel.json"), `${JSON.stringify(description, null, 2)}\n`);
  } catch (error) {
    throw new UserError(`cannot register the notebook kernel in ${folder} (${messageOf(error)})`);
  }
  return data;
}

/**
 * Opens JupyterLab, or else Jupyter Notebook, on the project's notebooks and waits until it ends; returns its exit code.
 * `args` are passed on. Throws a UserError where neither is installed.
 */
export async function openLab(args: readonly string[]): Promise<number> {
  const found = INTERFACES.find((name) => spawnSync("jupyter", [name, "--version"], { stdio: "ignore" }).status === 0);
  if (found === undefined) {
    throw new UserError("Jupyter is not installed: pip install jupyterlab, or apt install jupyter-notebook");
  }
  const data = await registerKernel();
  const inherited = process.env.JUPYTER_PATH;
  const env = {
    ...process.env,
    JUPYTER_PATH: inherited ? `${data}${path.delimiter}${inherited}` : data,
    // The home folder may be read-only.
    JUPYTER_RUNTIME_DIR: process.env.JUPYTER_RUNTIME_DIR ?? path.join(data, "runtime"),
  };
  const root = process.getuid?.() === 0 ? ["--allow-root"] : [];
  const jupyter = spawn("jupyter", [found, ...root, ...args], { cwd: projectPath("notebooks"), env, stdio: "inherit" });
  // At Ctrl-C Jupyter asks whether to stop; this process waits for the answer.
  const wait = () => undefined;
  process.on("SIGINT", wait);
  const stop = () => jupyter.kill();
  process.once("SIGTERM", stop);
  try {
    return await new Promise<number>((resolve, reject) => {
      jupyter.once("error", (error) => reject(new UserError(`cannot start Jupyter (${error.message})`)));
      jupyter.once("exit", (code) => resolve(code ?? 1));
    });
  } finally {
    process.removeListener("SIGINT", wait);
    process.removeListener("SIGTERM", stop);
  }
}
