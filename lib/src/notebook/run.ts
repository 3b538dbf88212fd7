/** Executes notebooks through the real tslab kernel, without Python. */
import { readFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout } from "node:timers/promises";
import { messageOf, UserError } from "../errors.js";
import { writeFileWhole } from "../files.js";
import { type Cell, formatNotebook, type Notebook, type Output, parseNotebook } from "./document.js";
import { findDrift } from "./drift.js";
import { type Kernel, startKernel } from "./kernel/kernel.js";
import { createOutputCollector } from "./outputs.js";

/** For this long after an error tslab refuses to run cells, in ms. */
const AFTER_ERROR = 300;

/** How a notebook is executed. */
export interface ExecuteOptions {
  /** Longest time for one cell, in seconds; default 600. */
  readonly timeoutSeconds?: number;
  /** Called before each code cell: its number from 1, and how many code cells there are. */
  readonly onCell?: (cell: number, cells: number) => void;
  /** Stops the run; `executeNotebook` then throws a UserError. */
  readonly signal?: AbortSignal;
  /** Write the outputs into the file; default true. */
  readonly write?: boolean;
}

/** An error in a cell. */
export interface CellError {
  /** Number of the cell, counted from 1 over all cells. */
  readonly cell: number;
  readonly message: string;
}

/** What came of a notebook. */
export interface ExecuteResult {
  /** How many code cells ran, the one with an error among them. */
  readonly cells: number;
  /** At most one, since the run stops there; cells tagged `raises-exception` may fail. */
  readonly errors: readonly CellError[];
  /** Cells whose outputs are not those that the file had, one line each; or that the file was not in normalised form. */
  readonly drift: readonly string[];
}

/**
 * Executes the code cells of a notebook in order, in the notebook's folder, and writes their outputs into the file, in
 * normalised form; also after an error, the cells behind it being empty. Throws a UserError that names the notebook where
 * the file is no notebook, the kernel dies, a cell takes too long or the run is stopped; the file is then as it was.
 */
export async function executeNotebook(file: string, options: ExecuteOptions = {}): Promise<ExecuteResult> {
  const { timeoutSeconds = 600, onCell, signal, write = true } = options;
  const text = await readText(file);
  const before = parseNotebook(text, file);
  const collector = createOutputCollector();
  const code = before.cells.flatMap((cell, index) => (isRun(cell) ? [{ cell, index }] : []));
  const errors: CellError[] = [];
  let cells = 0;
  const runCells = async (kernel: Kernel): Promise<void> => {
    for (const { cell, index } of code) {
      cells++;
      onCell?.(cells, code.length);
      const status = await kernel
        .execute(cell.source, timeoutSeconds, (message) => collector.take(index, message))
        .catch((error: unknown) => fail(`${file}: cell ${index + 1}`, error));
      if (status === "ok") continue;
      if (mayFail(cell)) {
        await setTimeout(AFTER_ERROR);
        continue;
      }
      errors.push({ cell: index + 1, message: errorMessage(collector.outputsOf(index)) });
      return;
    }
  };
  if (code.length > 0) {
    const kernel = await startKernel({ cwd: path.dirname(path.resolve(file)), signal }).catch((error: unknown) =>
      fail(file, error),
    );
    try {
      await runCells(kernel);
    } finally {
      await kernel.close();
    }
  }
  const after: Notebook = {
    cells: before.cells.map((cell, index) => ({ ...cell, outputs: collector.outputsOf(index) })),
  };
  const formatted = formatNotebook(after);
  if (write) replaceFile(file, formatted);
  const drift = findDrift(before, after);
  if (drift.length === 0 && formatted !== text)
    drift.push("the outputs are the same, but the file is not in normalised form");
  return { cells, errors, drift };
}

function isRun({ type, source }: Cell): boolean {
  return type === "code" && source.trim() !== "";
}

function mayFail({ metadata: { tags } }: Cell): boolean {
  return Array.isArray(tags) && tags.includes("raises-exception");
}

function fail(where: string, error: unknown): never {
  if (error instanceof UserError) throw new UserError(`${where}: ${error.message}`);
  throw error;
}

/** tslab writes errors to the standard error stream: compiler messages as "1:7 - ...", else the error with its stack. */
function errorMessage(outputs: readonly Output[]): string {
  const error = outputs.find((output) => output.output_type === "error");
  if (error !== undefined) return `${error.ename}: ${error.evalue}`;
  const written = outputs.flatMap((output) =>
    output.output_type === "stream" && output.name === "stderr" ? [output.text] : [],
  );
  const lines = written
    .join("")
    .split("\n")
    .filter((line) => line.trim() !== "");
  const stack = lines.findIndex((line) => /^ +at /.test(line));
  const thrown = lines.slice(0, Math.max(stack, 0));
  const line =
    lines.find((candidate) => /^\d+:\d+ - /.test(candidate)) ??
    thrown.findLast((candidate) => /^\w*Error\b/.test(candidate)) ??
    thrown.at(-1) ??
    lines.at(-1);
  return line?.trim() ?? "the cell failed without a message";
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new UserError(`cannot read the notebook ${file} (${messageOf(error)})`);
  }
}

/** A killed run leaves the old file. */
function replaceFile(file: string, text: string): void {
  try {
    writeFileWhole(file, text);
  } catch (error) {
    throw new UserError(`cannot write ${file} (${messageOf(error)})`);
  }
}
