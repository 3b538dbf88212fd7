import path from "node:path";
import { untilInterrupted } from "./interrupt.js";
import { progressOn } from "./progress.js";

/** Executes every notebook; a failed cell is a line on stderr and exit code 1. Returns false where it was interrupted. */
export async function runNotebooks(): Promise<boolean> {
  const { executeNotebooks, listNotebooks } = await import("../notebook/run-all.js");
  const { projectPath } = await import("../project.js");
  const notebooks = await listNotebooks(projectPath("notebooks"));
  const progress = progressOn();
  const problems = await untilInterrupted(
    (signal) =>
      executeNotebooks(notebooks, {
        signal,
        onCell: (file, cell, cells) => progress.show(path.basename(file), cell, cells, "cells"),
      }).finally(() => progress.stop()),
    "run the same command again to go on",
  );
  if (problems === null) return false;
  for (const problem of problems) console.error(`vghif: ${problem}`);
  if (problems.length > 0) process.exitCode = 1;
  return true;
}
