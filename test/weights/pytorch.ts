/** Checkpoints that PyTorch itself wrote: a few that are committed, and new ones where PyTorch is installed. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { PROJECT_ROOT } from "../shared.js";

export const COMMITTED = path.join(PROJECT_ROOT, "test", "fixtures", "weights");

export interface Expected {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** What the files of a folder hold, by the kind of file and the tensor. */
export function expectedOf(folder: string): Record<"state" | "script" | "tiny", Record<string, Expected>> {
  return JSON.parse(readFileSync(path.join(folder, "expected.json"), "utf8"));
}

/** The Python that has PyTorch (Debian's python3-torch); null where there is none. */
export function pythonWithTorch(): string | null {
  for (const python of ["/usr/bin/python3", "python3"]) {
    try {
      execFileSync(python, ["-c", "import torch"], { stdio: "ignore", env: environment() });
      return python;
    } catch {
      // Try the next one.
    }
  }
  return null;
}

export const NO_TORCH = "SKIPPED: no python3 with PyTorch (Debian: apt-get install python3-torch)";

/** Runs Python without this machine's own settings of its linear algebra. */
export function runPython(python: string, args: readonly string[]): string {
  return execFileSync(python, args, { encoding: "utf8", env: environment() });
}

function environment(): NodeJS.ProcessEnv {
  const { OPENBLAS_CORETYPE: _, OPENBLAS_L2_SIZE: __, ...rest } = process.env;
  return rest;
}
