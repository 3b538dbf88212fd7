/** The benchmark's two files. */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { messageOf, UserError } from "../errors.js";
import { writeFileWhole } from "../files.js";
import { benchMarkdown } from "./markdown.js";
import type { BenchResult } from "./result.js";

/** Writes `bench.json` and `bench.md` into the folder, which is made; returns their paths. */
export function saveBench(result: BenchResult, folder: string): { json: string; markdown: string } {
  const files = { json: path.join(folder, "bench.json"), markdown: path.join(folder, "bench.md") };
  try {
    mkdirSync(folder, { recursive: true });
    writeFileWhole(files.json, `${JSON.stringify(result, null, 2)}\n`);
    writeFileWhole(files.markdown, benchMarkdown(result));
  } catch (error) {
    throw new UserError(
      `cannot write the benchmark to ${folder}: ${messageOf(error)}; choose another folder with --out`,
    );
  }
  return files;
}
