/** The page's scripts keep their own types: JSDoc, as strict as the library. */
import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";
import ts from "typescript";
import { pageScript } from "vghif/dist/experiments/report/assets.js";
import { PROJECT_ROOT } from "../shared.js";

test("the scripts' types hold", () => {
  const roots = ["main-report.js", "main-plots.js"].map((name) =>
    path.join(PROJECT_ROOT, "lib", "assets", "report", name),
  );
  const program = ts.createProgram(roots, {
    strict: true,
    noEmit: true,
    allowJs: true,
    checkJs: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ["lib.es2023.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
    types: [],
  });
  const found = ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const line = file ? file.getLineAndCharacterOfPosition(start ?? 0).line + 1 : 0;
    return `${path.basename(file?.fileName ?? "")}:${line} ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
  });
  assert.deepEqual(found, []);
  assert.ok(program.getSourceFiles().some(({ fileName }) => fileName.endsWith("explorer-result.js")));
});

test("the page's script is one classic script: no import or export is left", () => {
  for (const name of ["plots", "report"] as const) {
    const script = pageScript(name);
    assert.doesNotMatch(script, /^(import|export) /m);
    new Function(script);
  }
});
