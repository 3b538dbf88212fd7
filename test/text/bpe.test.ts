/** Byte-pair merging on a vocabulary small enough to follow by hand. */
import assert from "node:assert/strict";
import test from "node:test";
import { createBpe } from "vghif/dist/text/bpe.js";

// Ids: "!" is byte 0x21, the first; "a" is 0x41 - 0x21 further... the symbol at the end of a word is 256 further on.
const id = (character: string) => character.charCodeAt(0) - 0x21;
const last = (character: string) => id(character) + 256;

test("merges the most important pair first, all its occurrences from left to right", () => {
  const bpe = createBpe(["a b", "b c</w>", "ab ab", "a a"]);
  assert.equal(bpe.size, 516);
  assert.deepEqual(bpe.encodeWord("abc"), [512, last("c")]);
  assert.deepEqual(bpe.encodeWord("bbc"), [id("b"), 513]);
  assert.deepEqual(bpe.encodeWord("ababx"), [514, last("x")]);
  assert.deepEqual(bpe.encodeWord("aaaaax"), [515, 515, id("a"), last("x")]);
  assert.deepEqual(bpe.encodeWord("a"), [last("a")]);
});

test("bytes without a printable character have ids behind those with one", () => {
  const bpe = createBpe([]);
  // 188 printable bytes; NUL is the first of the others, DEL the 34th, then 0x80.
  assert.deepEqual(bpe.encodeWord("\0\x7f\x80"), [188, 188 + 33, 0xc2 - 0xae + 94 + 12, 188 + 34 + 256]);
});

test("every id has bytes, and they encode to the id again", () => {
  const bpe = createBpe(["a b", "ab c</w>"]);
  assert.equal(Buffer.from(bpe.bytesOf(513)!).toString(), "abc</w>");
  for (let code = 0; code < 256; code++) assert.equal(bpe.bytesOf(code)!.length, 1);
  assert.equal(new Set(Array.from({ length: 256 }, (_, code) => bpe.bytesOf(code)![0])).size, 256);
  assert.equal(bpe.bytesOf(514), undefined);
});

test("a merge of symbols that do not exist yet is refused", () => {
  assert.throws(() => createBpe(["ab c", "a b"]), /merge "ab c"/);
});
