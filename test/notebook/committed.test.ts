/** The notebooks as they are in the repository: thin, told in sentences, small, normalised. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { formatNotebook, parseNotebook } from "vghif/dist/notebook/document.js";
import { PROJECT_ROOT } from "../shared.js";

const FOLDER = path.join(PROJECT_ROOT, "notebooks");
const NOTEBOOKS = readdirSync(FOLDER).filter((name) => name.endsWith(".ipynb"));

test("there are notebooks", () => assert.ok(NOTEBOOKS.length >= 2));

for (const name of NOTEBOOKS) {
  const text = readFileSync(path.join(FOLDER, name), "utf8");
  const { cells } = parseNotebook(text, name);

  test(`${name}: at most 100 KB, in normalised form, without errors or logs among its outputs`, () => {
    assert.ok(text.length <= 100_000, `${text.length} bytes`);
    assert.equal(formatNotebook({ cells }), text);
    for (const output of cells.flatMap(({ outputs }) => outputs)) {
      assert.notEqual(output.output_type, "error");
      if (output.output_type === "stream") assert.equal(output.name, "stdout", output.text);
    }
  });

  test(`${name}: every code cell is thin and has a sentence before it`, () => {
    for (const [index, { type, source }] of cells.entries()) {
      if (type !== "code") continue;
      assert.ok(source.split("\n").length <= 12, `cell ${index + 1} is longer than 12 lines`);
      assert.doesNotMatch(source, /\b(function|class|for|while)\b\s*[\w({]/, `cell ${index + 1} has logic`);
      for (const [, from] of source.matchAll(/from "([^"]+)"/g)) assert.match(from!, /^(vghif|danfojs-node|node:\w+)$/);
      const before = cells[index - 1];
      assert.equal(before?.type, "markdown", `cell ${index + 1} stands alone`);
      assert.match(before!.source, /[.:]\s*$/, `cell ${index} is no sentence`);
    }
  });
}
