import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { eachCsvRow, formatCsv, ownString, streamCsv } from "vghif/dist/data/csv.js";

const FOLDER = mkdtempSync(path.join(tmpdir(), "vghif csv "));

type Rows = [cells: string[], line: number][];

/** The rows of a text, or the message of what was thrown. */
function whole(text: string, columns: { required: string[]; optional?: string[] }): Rows | string {
  const rows: Rows = [];
  try {
    eachCsvRow("the file", text, columns, (cells, line) => rows.push([[...cells], line]));
  } catch (error) {
    return (error as Error).message;
  }
  return rows;
}

/** The same, from a file. */
async function streamed(text: string, columns: { required: string[]; optional?: string[] }): Promise<Rows | string> {
  const file = path.join(FOLDER, "rows.csv");
  writeFileSync(file, text);
  const rows: Rows = [];
  try {
    await streamCsv(file, columns, (cells, line) => rows.push([[...cells], line]));
  } catch (error) {
    return (error as Error).message.replace(file, "the file");
  }
  return rows;
}

test("columns are picked in the order asked for, cells trimmed, empty lines skipped", async () => {
  const text = "\uFEFFb, a ,extra\r\n1, 2 ,x\r\n\r\n3,4,y\r\n";
  const columns = { required: ["a", "b"], optional: ["none"] };
  const rows: Rows = [
    [["2", "1", ""], 2],
    [["4", "3", ""], 4],
  ];
  assert.deepEqual(whole(text, columns), rows);
  assert.deepEqual(await streamed(text, columns), rows);
});

test("a file without a row, and one without a byte", async () => {
  assert.deepEqual(await streamed("a,b\n", { required: ["a"] }), []);
  assert.match(String(await streamed("", { required: ["a"] })), /line 1: no column "a" in the header ""/);
  await assert.rejects(
    streamCsv(path.join(FOLDER, "absent.csv"), { required: ["a"] }, () => undefined),
    /cannot read .*absent\.csv: .*ENOENT/,
  );
});

/** Rows of several pieces (a piece is 256 KiB): characters of one to four bytes, quotes, commas and line ends in cells. */
const rowsOf = (count: number): string[][] =>
  Array.from({ length: count }, (_, i) => [
    `${["é", "漢", "😀", ","][i % 4]}"${i}"`,
    "x".repeat(i % 97),
    i % 11 === 0 ? "two\nlines" : String(i * 7919),
  ]);

test("whole and streamed give the same rows and line numbers over many pieces", async () => {
  const rows = rowsOf(12_000);
  const text = formatCsv(["p", "q", "r"], rows);
  assert.ok(text.length > 3 * 2 ** 18);
  const expected: Rows = [];
  let line = 2;
  for (const cells of rows) {
    expected.push([cells.map((cell) => cell.trim()), line]);
    line += cells.join("").split("\n").length;
  }
  const columns = { required: ["p", "q", "r"] };
  assert.deepEqual(whole(text, columns), expected);
  assert.deepEqual(await streamed(text, columns), expected);
});

test("a bad row is named by its line wherever it lies", async () => {
  const lines = ["p,q", ...Array.from({ length: 40_000 }, (_, i) => `video-${i}-${"x".repeat(i % 23)},${i}`)];
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 40_000 }), async (at) => {
      const text = `${lines.map((line, i) => (i === at ? "one cell" : line)).join("\n")}\n`;
      const message = `the file: line ${at + 1}: 1 cells where the header has 2`;
      assert.equal(whole(text, { required: ["p"] }), message);
      assert.equal(await streamed(text, { required: ["p"] }), message);
    }),
    { numRuns: 5 },
  );
});

test("an open quote in a later piece is named by its line", async () => {
  const lines = Array.from({ length: 40_000 }, (_, i) => `video-${i},${i}`);
  const text = `p,q\n${lines.join("\n")}\n"open,1\n`;
  assert.match(String(whole(text, { required: ["p"] })), /^the file: line 40002: .*[Qq]uote/);
  assert.match(String(await streamed(text, { required: ["p"] })), /^the file: line 40002: .*[Qq]uote/);
});

test("what a row's reader throws, and an abort, end the stream", async () => {
  const file = path.join(FOLDER, "many.csv");
  writeFileSync(file, `p\n${"1\n".repeat(400_000)}`);
  let rows = 0;
  await assert.rejects(
    streamCsv(file, { required: ["p"] }, () => {
      rows += 1;
      throw new Error("enough");
    }),
    /enough/,
  );
  assert.equal(rows, 1);
  const controller = new AbortController();
  await assert.rejects(
    streamCsv(file, { required: ["p"] }, () => controller.abort(new Error("stop")), controller.signal),
    /stop/,
  );
});

test("other work goes on while a large file is read", async () => {
  const file = path.join(FOLDER, "large.csv");
  writeFileSync(file, `p,q\n${"some/folder/of/videos,17\n".repeat(200_000)}`);
  let ticks = 0;
  const timer = setInterval(() => ticks++, 0);
  await streamCsv(file, { required: ["p", "q"] }, () => undefined);
  clearInterval(timer);
  assert.ok(ticks >= 8, `${ticks} turns`);
});

test("a string of its own is the same string", () => {
  for (const text of ["", "short", "é漢😀".repeat(200), "x".repeat(5000), "é".repeat(511), "漢".repeat(341)]) {
    assert.equal(ownString(text), text);
  }
});
