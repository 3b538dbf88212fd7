/** Token ids against the official tokenizer's: cases made for this project, and the shared reference list. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import { UserError } from "vghif/dist/errors.js";
import { loadTokenizer, readMerges } from "vghif/dist/text/load-tokenizer.js";
import { absent, PROJECT_ROOT, sharedDir } from "../shared.js";

interface ReferenceCase {
  readonly text: string;
  readonly n: number;
  readonly ids?: readonly number[];
  readonly ids_truncated?: readonly number[];
}

interface CleaningCase {
  readonly text: string;
  readonly ids: readonly number[];
}

function readCleaningCases(): readonly CleaningCase[] {
  const file = path.join(PROJECT_ROOT, "test", "fixtures", "text", "cleaning-cases.json");
  return JSON.parse(readFileSync(file, "utf8")) as readonly CleaningCase[];
}

test("ids of texts that need cleaning equal the official ones", async () => {
  const tokenizer = await loadTokenizer();
  const cases = readCleaningCases();
  assert.equal(cases.length, 1000);
  for (const { text, ids } of cases) assert.deepEqual(tokenizer.encode(text), ids, JSON.stringify(text));
});

test("every shared reference case is exact, with and without cutting", async (t) => {
  const file = sharedDir("goldens/tokenizer.json");
  if (file === null) return t.skip(absent("goldens/tokenizer.json"));
  const tokenizer = await loadTokenizer();
  const { cases } = JSON.parse(readFileSync(file, "utf8")) as { cases: readonly ReferenceCase[] };
  assert.equal(cases.length, 1653);
  for (const { text, n, ids, ids_truncated: cut } of cases) {
    const [row] = tokenizer.tokenize([text], { truncate: true });
    assert.deepEqual([...row!], ids ?? cut, JSON.stringify(text));
    if (n > 77) assert.throws(() => tokenizer.tokenize([text]), UserError);
    else assert.deepEqual(tokenizer.tokenize([text]), [row]);
  }
});

test("a row is start, ids, end and zeros; a context just long enough is no error", async () => {
  const tokenizer = await loadTokenizer();
  assert.equal(tokenizer.startOfText, 49406);
  assert.equal(tokenizer.endOfText, 49407);
  assert.deepEqual(tokenizer.tokenize(["a dog", ""], { contextLength: 5 }), [
    Int32Array.of(49406, 320, 1929, 49407, 0),
    Int32Array.of(49406, 49407, 0, 0, 0),
  ]);
  assert.deepEqual(tokenizer.tokenize(["a dog"], { contextLength: 4 }), [Int32Array.of(49406, 320, 1929, 49407)]);
  assert.deepEqual(tokenizer.tokenize(["a dog"], { contextLength: 3, truncate: true }), [
    Int32Array.of(49406, 320, 49407),
  ]);
});

test("a text that is too long is named in the error", async () => {
  const tokenizer = await loadTokenizer();
  assert.throws(() => tokenizer.tokenize(["short", "a dog"], { contextLength: 3 }), {
    name: "UserError",
    message: 'text is too long (4 ids with start and end, the limit is 3); shorten it or cut it with truncate: "a dog"',
  });
});

test("decoding gives the cleaned, lower-cased words back, and joins the bytes of a character", async () => {
  const tokenizer = await loadTokenizer();
  assert.equal(tokenizer.decode(tokenizer.encode("A Café, 日本 👍🏽!")), "a café , 日本 👍🏽! ");
  assert.equal(tokenizer.decode([49406, 320, 49407]), "<|startoftext|>a <|endoftext|>");
  assert.throws(() => tokenizer.decode([49408]), { name: "UserError", message: /49408 does not exist/ });
});

test("code points newer than Unicode 15.0 are no letters, numbers or capitals on any version of Node", async () => {
  // Two Garay letters, the second a capital, and a Gurung Khema digit, of Unicode 16. The ids are the official ones: one
  // run of other characters, unchanged.
  const tokenizer = await loadTokenizer();
  const ids = [172, 238, 113, 232, 172, 238, 113, 238, 172, 244, 226, 364];
  assert.deepEqual(tokenizer.encode("\u{10d4a}\u{10d50}\u{16130}"), ids);
});

test("two thousand prompts take less than a second", async () => {
  const tokenizer = await loadTokenizer();
  const prompts = Array.from({ length: 2000 }, (_, index) => `a video of a person doing activity number ${index}.`);
  const start = performance.now();
  tokenizer.tokenize(prompts);
  assert.ok(performance.now() - start < 1000);
});

test("a damaged or missing vocabulary is one clear error", async () => {
  const folder = await mkdtemp(path.join(tmpdir(), "vghif vocabulary "));
  try {
    const file = path.join(folder, "vocabulary.gz");
    await assert.rejects(readMerges(file), { name: "UserError", message: /cannot read .*vocabulary\.gz/ });
    await writeFile(file, "not the vocabulary");
    await assert.rejects(readMerges(file), { name: "UserError", message: /is damaged: its SHA-256 is [0-9a-f]{64}/ });
  } finally {
    await rm(folder, { recursive: true });
  }
});
