import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import fc from "fast-check";
import { UserError } from "vghif/dist/errors.js";
import { narrowF16, widenBf16, widenF16 } from "vghif/dist/weights/halves.js";
import { type HostTensor, openSafetensors, readSafetensors, writeSafetensors } from "vghif/dist/weights/safetensors.js";

const folder = mkdtempSync(path.join(tmpdir(), "vghif safetensors "));
after(() => rmSync(folder, { recursive: true }));

/** A file with this header text and data. */
function craft(name: string, header: string, data = Buffer.alloc(0)): string {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
  const file = path.join(folder, name);
  writeFileSync(file, Buffer.concat([length, Buffer.from(header), data]));
  return file;
}

describe("safetensors", () => {
  it("reads back what it wrote: names, shapes, numbers, metadata", async () => {
    const file = path.join(folder, "round trip.safetensors");
    const tensors = new Map<string, HostTensor>([
      ["weight", { dtype: "F32", shape: [2, 3], data: Float32Array.of(1, -2.5, 3e-40, Number.NaN, -0, 7) }],
      ["scalar", { dtype: "F32", shape: [], data: Float32Array.of(4.25) }],
      ["ids", { dtype: "I32", shape: [3], data: Int32Array.of(-1, 0, 49407) }],
      ["pixels", { dtype: "U8", shape: [1, 2], data: Uint8Array.of(0, 255) }],
      ["empty", { dtype: "F32", shape: [0, 5], data: new Float32Array() }],
    ]);
    await writeSafetensors(file, tensors, { metadata: { note: "ünï" } });
    assert.deepEqual(await readSafetensors(file), tensors);
    const source = await openSafetensors(file);
    assert.deepEqual(source.metadata, { note: "ünï" });
    await assert.rejects(source.read("bias"), /tensor "bias" is missing/);
    await source.close();
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.endsWith(".tmp")),
      [],
    );
  });

  it("widens halves exactly and stores halves on request", async () => {
    const header = JSON.stringify({
      half: { dtype: "F16", shape: [3], data_offsets: [0, 6] },
      brain: { dtype: "BF16", shape: [2], data_offsets: [6, 10] },
    });
    const data = Buffer.from(Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x3fc0, 0xff80).buffer);
    const read = await readSafetensors(craft("halves.safetensors", header, data));
    assert.deepEqual([...read.get("half")!.data], [1, -2, 2 ** -24]);
    assert.deepEqual([...read.get("brain")!.data], [1.5, Number.NEGATIVE_INFINITY]);
    const file = path.join(folder, "stored.safetensors");
    await writeSafetensors(file, new Map([["x", { dtype: "F32", shape: [2], data: Float32Array.of(0.1, 65504) }]]), {
      half: true,
    });
    assert.deepEqual([...(await readSafetensors(file)).get("x")!.data], [0.0999755859375, 65504]);
  });

  const bad: Record<string, [header: string, data: number, message: RegExp]> = {
    "a truncated file": ['{"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}', 8, /truncated/],
    "a wrong size": ['{"w":{"dtype":"F32","shape":[4],"data_offsets":[0,12]}}', 16, /needs 16 bytes and claims 12/],
    "overlapping tensors": [
      '{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}',
      8,
      /"a" and "b" overlap/,
    ],
    "an unknown dtype": ['{"w":{"dtype":"F8","shape":[4],"data_offsets":[0,4]}}', 4, /unsupported dtype F8/],
    "a negative size": ['{"w":{"dtype":"U8","shape":[-4],"data_offsets":[0,4]}}', 4, /no proper shape/],
    "no offsets": ['{"w":{"dtype":"U8","shape":[4]}}', 4, /no proper data_offsets/],
    "no JSON": ["{nonsense", 0, /header is not JSON/],
    "a list": ["[]", 0, /header is not an object/],
  };
  for (const [name, [header, size, message]] of Object.entries(bad)) {
    it(`refuses ${name} in one line`, async () => {
      const file = craft("bad.safetensors", header, Buffer.alloc(size));
      await assert.rejects(openSafetensors(file), (error: Error) => {
        assert.ok(error instanceof UserError);
        assert.match(error.message, message);
        assert.ok(!error.message.includes("\n"));
        return true;
      });
    });
  }

  it("refuses a missing file, a folder, an empty file and a text file", async () => {
    writeFileSync(path.join(folder, "empty"), "");
    writeFileSync(path.join(folder, "text"), "this is not a checkpoint at all, it is a sentence");
    for (const name of ["missing", "", "empty", "text"]) {
      await assert.rejects(openSafetensors(path.join(folder, name)), UserError);
    }
  });

  it("answers any mutation of a file with its numbers or a UserError", async () => {
    const file = path.join(folder, "whole.safetensors");
    await writeSafetensors(file, new Map([["w", { dtype: "F32", shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }]]));
    const whole = readFileSync(file);
    const mutated = path.join(folder, "mutated.safetensors");
    const edit = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), fc.nat(whole.length), async (edits, length) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of edits) bytes[at] = value;
        writeFileSync(mutated, bytes.subarray(0, length));
        try {
          for (const { shape, data } of (await readSafetensors(mutated)).values()) {
            assert.equal(
              data.length,
              shape.reduce((product, n) => product * n, 1),
            );
          }
        } catch (error) {
          assert.ok(error instanceof UserError, String(error));
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("halves", () => {
  it("survive a round trip for every finite half", () => {
    const all = Uint16Array.from({ length: 65536 }, (_, bits) => bits).filter((bits) => (bits & 0x7c00) !== 0x7c00);
    assert.deepEqual(narrowF16(widenF16(all)), all);
  });

  it("round to nearest even, overflow to infinity, keep NaN", () => {
    const values = Float32Array.of(
      1 + 2 ** -11,
      1 + 3 * 2 ** -11,
      65519,
      65520,
      -1e9,
      2 ** -25,
      3 * 2 ** -25,
      Number.NaN,
    );
    const bits = [...narrowF16(values)];
    assert.deepEqual(bits.slice(0, 7), [0x3c00, 0x3c02, 0x7bff, 0x7c00, 0xfc00, 0x0000, 0x0002]);
    assert.ok(Number.isNaN(widenF16(Uint16Array.of(bits[7]!))[0]));
    assert.ok(Number.isNaN(widenBf16(Uint16Array.of(0x7fc0))[0]));
  });
});
