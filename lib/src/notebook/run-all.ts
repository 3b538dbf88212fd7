/** Executes several notebooks, one after the other, and says in lines what went wrong. */
import { readdir } from "node:fs/promises";
import path from "node:path";
import { messageOf, UserError } from "../errors.js";
import { type ExecuteOptions, executeNotebook } from "./run.js";

/** How the notebooks are executed. */
export interface ExecuteAllOptions extends Omit<ExecuteOptions, "write" | "onCell"> {
  /** Leave the files as they are; outputs that differ from theirs are problems. Default false. */
  readonly check?: boolean;
  /** Called before each code cell: its number from 1, and how many code cells the notebook has. */
  readonly onCell?: (file: string, cell: number, cells: number) => void;
  /** Called after each notebook. */
  readonly onDone?: (file: string, cells: number, seconds: number) => void;
}

/** The notebooks of a folder, in order of their names. Throws a UserError where there are none. */
export async function listNotebooks(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new UserError(`cannot list the notebooks in ${folder} (${messageOf(error)})`);
  });
  const notebooks = names.filter((name) => name.endsWith(".ipynb")).sort();
  if (notebooks.length === 0) throw new UserError(`there is no notebook in ${folder}`);
  return notebooks.map((name) => path.join(folder, name));
}

/** Executes notebooks; returns a line for each problem, the notebook named in each. A problem does not stop the others. */
export async function executeNotebooks(files: readonly string[], options: ExecuteAllOptions = {}): Promise<string[]> {
  const { check = false, onCell, onDone, ...rest } = options;
  const problems: string[] = [];
  for (const file of files) {
    if (options.signal?.aborted === true) break;
    const start = performance.now();
    try {
      const report = (cell: number, cells: number) => onCell?.(file, cell, cells);
      const { cells, errors, drift } = await executeNotebook(file, { ...rest, write: !check, onCell: report });
      onDone?.(file, cells, (performance.now() - start) / 1000);
      const failed = errors.map(({ cell, message }) => `${file}: cell ${cell}: ${message}`);
      const drifted = check && failed.length === 0 ? drift.map((line) => `${file}: ${line}`) : [];
      problems.push(...failed, ...drifted);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(error.message);
    }
  }
  return problems;
}
