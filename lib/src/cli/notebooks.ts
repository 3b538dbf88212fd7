/** `vghif notebooks`: executes notebooks through the tslab kernel, without Python. */
import path from "node:path";
import type { Register } from "./main.js";
import { count } from "./numbers.js";
import { progressLine } from "./progress-line.js";

interface NotebooksOptions {
  readonly check?: boolean;
  readonly timeout: string;
}

export const register: Register = (program) => {
  program
    .command("notebooks")
    .description("execute notebooks with the tslab kernel and write their outputs into them")
    .argument("[files...]", "notebooks (default: all in notebooks/)")
    .option("--check", "write nothing; fail where outputs differ from those in the files")
    .option("--timeout <seconds>", "longest time for one cell", "600")
    .action(async (files: readonly string[], { check = false, timeout }: NotebooksOptions) => {
      const { executeNotebooks, listNotebooks } = await import("../notebook/run-all.js");
      const { projectPath } = await import("../project.js");
      const timeoutSeconds = count("--timeout", timeout);
      const all = async () => (await listNotebooks(projectPath("notebooks"))).map((file) => path.relative("", file));
      const notebooks = files.length > 0 ? files : await all();
      const progress = progressLine();
      const problems = await untilInterrupted((signal) =>
        executeNotebooks(notebooks, {
          check,
          timeoutSeconds,
          signal,
          onCell: (file, cell, cells) => progress.show(`${path.basename(file)}: cell ${cell} of ${cells}`),
          onDone: (file, cells, seconds) => {
            progress.keep(`${path.basename(file)}: ${cells} cells, ${seconds.toFixed(1)} s`);
          },
        }),
      );
      progress.clear();
      for (const problem of problems) console.error(`vghif: ${problem}`);
      if (problems.length > 0) process.exitCode = 1;
    });
};

/** Runs work that stops at Ctrl-C or a request to end. A second one ends the process at once. */
async function untilInterrupted<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = () => controller.abort();
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const name of signals) process.once(name, stop);
  try {
    return await work(controller.signal);
  } finally {
    for (const name of signals) process.removeListener(name, stop);
  }
}
