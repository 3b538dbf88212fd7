/** Exported files give in a bare ONNX Runtime what the recogniser gives here, whatever its fusion. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { startEngine } from "vghif/dist/engine/index.js";
import { exportRecognizer } from "vghif/dist/export/export-onnx.js";
import type { VghifConfig } from "vghif/dist/models/vghif-config.js";
import { loadTokenizer } from "vghif/dist/text/load-tokenizer.js";
import { assertClose } from "../engine/close.js";
import { randomTensor } from "../tensors.js";
import { expected, FRAMES, fed, LABELS, SIZE, savedRecognizer, TEMPLATE } from "./models.js";
import { type Fed, readModel, runPlain } from "./plain-runtime.js";

const folder = mkdtempSync(path.join(tmpdir(), "vghif export "));
after(() => rmSync(folder, { recursive: true }));
before(() => startEngine());

async function tokenIds(texts: readonly string[]): Promise<Fed> {
  const rows = (await loadTokenizer()).tokenize(texts, { contextLength: 77 });
  return { type: "int32", data: Int32Array.from(rows.flatMap((row) => Array.from(row))), dims: [texts.length, 77] };
}

const CASES: readonly (readonly [name: string, change: Partial<VghifConfig> | null])[] = [
  ["baseline", null],
  ["after", {}],
  ["both ways, all tokens, twice, shared", { guide: "both", select: "all", iterations: 2, share: true }],
  ["inside", { where: "inside", iterations: 2 }],
  ["inside, both ways", { where: "inside", guide: "both", order: "deep-to-shallow" }],
  ["film", { interaction: "film", ffn: false }],
];

describe("an exported recogniser, run without the library", () => {
  for (const [name, change] of CASES) {
    it(`${name}: logits and maps of any number of videos, classes in the file`, async () => {
      const model = await savedRecognizer(folder, name, change);
      const file = path.join(folder, `${name}.onnx`);
      const options = { classes: { labels: LABELS, template: TEMPLATE }, frames: FRAMES, maps: true };
      const { inputs, outputs } = await exportRecognizer(model, file, options);
      assert.deepEqual(inputs, [{ name: "pixels", shape: ["batch", FRAMES, 3, SIZE, SIZE] }]);
      assert.deepEqual(outputs[0], { name: "logits", shape: ["batch", LABELS.length] });
      const batches = [1, 2, 7].map((videos) => randomTensor(`${videos}`, [videos, FRAMES, 3, SIZE, SIZE]));
      const results = runPlain(file, ...batches.map((pixels) => ({ pixels: fed(pixels) })));
      for (const [at, pixels] of batches.entries()) {
        const result = results[at]!;
        const { logits, maps } = await expected(model, pixels, LABELS, TEMPLATE);
        assertClose(result.logits!.data, logits, 2e-5, "logits");
        assert.deepEqual(result.logits!.dims, [pixels.shape[0], LABELS.length]);
        assert.equal(outputs.length, 1 + maps.length);
        for (const [visit, map] of maps.entries()) {
          assertClose(result[outputs[visit + 1]!.name]!.data, map, 2e-5, "map");
        }
      }
      const read = readModel(file);
      assert.deepEqual(read.opsets, [""], "other runtimes read plain ONNX only");
      assert.deepEqual(
        read.operators.filter((operator) => !operator.startsWith(".")),
        [],
      );
    });

    if (name === "film" || name.startsWith("both")) continue;
    it(`${name}: classes as token ids`, async () => {
      const model = await savedRecognizer(folder, name, change);
      const file = path.join(folder, `${name} ids.onnx`);
      const { inputs } = await exportRecognizer(model, file, { classes: { count: 3 }, frames: FRAMES, batch: 2 });
      assert.deepEqual(
        [...inputs].sort((a, b) => (a.name < b.name ? -1 : 1)),
        [
          { name: "pixels", shape: [2, FRAMES, 3, SIZE, SIZE] },
          { name: "token_ids", shape: [3, 77] },
        ],
      );
      const pixels = randomTensor("pixels", [2, FRAMES, 3, SIZE, SIZE]);
      // A literal end of text in the middle: the first one is where the text is read off.
      const labels = ["red", "a rather longer class name", "stop<|endoftext|> here"];
      const [result] = runPlain(file, { pixels: fed(pixels), token_ids: await tokenIds(labels) });
      assertClose(result!.logits!.data, (await expected(model, pixels, labels, "{}")).logits, 2e-5, "logits");
    });
  }
});
