import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import { PROJECT_ROOT } from "./shared.js";

const SOURCE = path.join(PROJECT_ROOT, "lib", "src");

/** Folders of lib/src, and which others each may import. Files beside the folders (errors, project) are free to all. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  nn: [],
  engine: ["nn"],
  models: ["nn"],
  text: [],
  weights: ["nn", "models"],
  data: ["weights", "text"],
  train: ["nn", "models", "engine", "text", "weights", "data"],
  features: ["nn", "models", "engine", "text", "weights", "data"],
  evaluate: ["nn", "models", "engine", "text", "weights", "data", "features"],
  export: ["nn", "models", "engine", "weights", "data", "features", "evaluate"],
  parity: ["nn", "models", "engine", "weights", "data", "train"],
  experiments: ["nn", "models", "engine", "text", "weights", "data", "features", "train", "evaluate"],
  notebook: ["nn", "models", "engine", "weights", "data", "features", "evaluate", "experiments"],
  bench: ["nn", "models", "engine", "weights", "data", "train", "notebook"],
  cli: [
    "bench",
    "models",
    "engine",
    "text",
    "weights",
    "data",
    "train",
    "evaluate",
    "export",
    "parity",
    "experiments",
    "notebook",
  ],
};

/** Folders whose code must run without Node. */
const NO_NODE = ["nn", "models"];

function importsOf(file: string): string[] {
  const text = readFileSync(path.join(SOURCE, file), "utf8");
  return [...text.matchAll(/(?:from|import\()\s*"([^"]+)"/g)].map((match) => match[1]!);
}

const files = readdirSync(SOURCE, { recursive: true })
  .map(String)
  .filter((file) => file.endsWith(".ts") && file.includes(path.sep));

describe("imports", () => {
  it("follow the direction of the layers", () => {
    const wrong: string[] = [];
    for (const file of files) {
      const folder = file.split(path.sep)[0]!;
      const allowed = MAY_IMPORT[folder];
      assert.ok(allowed, `lib/src/${folder} is not in the table of layers`);
      for (const name of importsOf(file).filter((target) => target.startsWith("."))) {
        const target = path.relative(SOURCE, path.resolve(SOURCE, path.dirname(file), name)).split(path.sep);
        if (target.length > 1 && target[0] !== folder && !allowed.includes(target[0]!))
          wrong.push(`${file} -> ${name}`);
      }
    }
    assert.deepEqual(wrong, []);
  });

  it("keep layers and models free of Node", () => {
    const wrong = files
      .filter((file) => NO_NODE.includes(file.split(path.sep)[0]!))
      .filter((file) => importsOf(file).some((name) => name.startsWith("node:")));
    assert.deepEqual(wrong, []);
  });

  it("take the tensor library through its one door", () => {
    const wrong = files
      .filter((file) => file !== path.join("nn", "array.ts") && !file.startsWith(`engine${path.sep}`))
      .filter((file) => importsOf(file).some((name) => name.startsWith("@tensorflow/")));
    assert.deepEqual(wrong, []);
  });
});
