import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import fc from "fast-check";
import { UserError } from "vghif/dist/errors.js";
import { openBytes } from "vghif/dist/weights/bytes.js";
import { openCheckpoint } from "vghif/dist/weights/checkpoint.js";
import { unpickle } from "vghif/dist/weights/pickle/unpickle.js";
import { Dict, Opaque, Tuple } from "vghif/dist/weights/pickle/values.js";
import { checkView, gather, isContiguous, span } from "vghif/dist/weights/strided.js";
import { elements } from "vghif/dist/weights/tensors.js";
import { openZip } from "vghif/dist/weights/zip.js";
import { COMMITTED } from "./pytorch.js";

const folder = mkdtempSync(path.join(tmpdir(), "vghif safety "));
after(() => rmSync(folder, { recursive: true }));

const pickle = (...parts: (string | number[])[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : Buffer.from(part))));

describe("strided views", () => {
  it("are gathered like a naive walk over indices, for every width", () => {
    const axis = fc.tuple(fc.nat(5), fc.nat(7));
    fc.assert(
      fc.property(fc.array(axis, { maxLength: 4 }), fc.nat(9), fc.constantFrom(1, 2, 4, 8), (axes, offset, width) => {
        const view = { offset, shape: axes.map(([n]) => n), strides: axes.map(([, stride]) => stride) };
        const stored = Uint8Array.from({ length: span(view) * width }, (_, at) => (at * 37 + 255) % 256);
        checkView(view, 1 << 20, "t");
        const expected: number[] = [];
        const walk = (depth: number, at: number): void => {
          if (depth === axes.length) {
            for (let byte = 0; byte < width; byte++) expected.push(stored[at * width + byte]!);
            return;
          }
          for (let index = 0; index < view.shape[depth]!; index++) walk(depth + 1, at + index * view.strides[depth]!);
        };
        walk(0, 0);
        assert.deepEqual([...gather(view, stored, width)], expected);
        if (isContiguous(view) && elements(view.shape) > 0) assert.deepEqual([...stored], expected);
      }),
    );
  });

  it("keep 64-bit integers that look like NaN", () => {
    const stored = new Uint8Array(BigInt64Array.of(-1n, 5n, -2n, 6n).buffer);
    const picked = gather({ offset: 0, shape: [2], strides: [2] }, stored.slice(0, 24), 8);
    assert.deepEqual([...new BigInt64Array(picked.buffer)], [-1n, -2n]);
  });

  it("are refused outside their storage, and where they would blow up", () => {
    const views = [
      { offset: 5, shape: [2], strides: [1] },
      { offset: 0, shape: [3, 3], strides: [3, 1] },
      { offset: -1, shape: [1], strides: [1] },
      { offset: 0, shape: [2], strides: [-1] },
      { offset: 0, shape: [2 ** 31, 2 ** 31], strides: [0, 0] },
      { offset: 0, shape: [2 ** 40], strides: [0] },
      { offset: 0, shape: [2, 2], strides: [1] },
      { offset: 0, shape: [2 ** 52, 2 ** 52, 0], strides: [1, 1] },
    ];
    for (const view of views) assert.throws(() => checkView(view, 6, "t"), UserError, JSON.stringify(view));
  });
});

describe("the pickle machine", () => {
  const read = (bytes: Buffer) => unpickle(bytes, { what: "f" }).value;

  it("reads Python's plain values", () => {
    // pickle.dumps({"a": [1, -2, 70000, 2**40, 2**80, 1.5, None, True], "b": (b"x", "é")}, protocol) of Python 3.11
    const two =
      "80027d71002858010000006171015d7102284b014afeffffff4a701101008a060000000000018a0b0000000000000000" +
      "000001473ff80000000000004e88655801000000627103635f636f646563730a656e636f64650a710458010000007871" +
      "0558060000006c6174696e3171068671075271085802000000c3a9710986710a752e";
    const four =
      "80049548000000000000007d94288c0161945d94284b014afeffffff4a701101008a060000000000018a0b0000000000" +
      "000000000001473ff80000000000004e88658c016294430178948c02c3a9948694752e";
    for (const hex of [two, four]) {
      const value = read(Buffer.from(hex, "hex"));
      assert.ok(value instanceof Dict);
      assert.deepEqual(value.entries.get("a"), [1, -2, 70000, 2 ** 40, 2n ** 80n, 1.5, null, true]);
      const pair = value.entries.get("b");
      assert.ok(pair instanceof Tuple);
      assert.deepEqual([...(pair.items[0] as Uint8Array)], [0x78]);
      assert.equal(pair.items[1], "é");
    }
  });

  it("keeps objects of allowed classes as data", () => {
    const value = read(pickle("\x80\x02cargparse\nNamespace\n)\x81}X", [2, 0, 0, 0], "lrK\x05sb."));
    assert.ok(value instanceof Opaque);
    assert.equal(value.type, "argparse.Namespace");
    assert.equal((value.state as Dict).entries.get("lr"), 5);
  });

  const hostile: Record<string, Buffer> = {
    "a global that is not allowed": pickle("\x80\x02cos\nsystem\nX", [2, 0, 0, 0], "ls\x85R."),
    "a global by name on the stack": pickle("\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c\x011\x85R."),
    "getattr out of an allowed module": pickle("\x80\x04\x8c\x06torch._utils\x8c\x0b__import__.x\x93."),
    "a dotted name": pickle("\x80\x04\x8c\x05torch\x8c\x10_utils.os.system\x93."),
    "a name of Object.prototype": pickle("\x80\x02ctoString\nconstructor\n."),
    "a call of a value": pickle("\x80\x02K\x01)R."),
    "a call with wrong arguments": pickle("\x80\x02ctorch._utils\n_rebuild_tensor_v2\nK\x01K\x02\x86R."),
    "an object of a class in the text protocol": pickle("(ios\nsystem\n."),
    "extension codes": pickle("\x80\x02\x82\x01."),
    "an empty stack": pickle("\x80\x02R."),
    "a memory that was not written": pickle("\x80\x02h\x07."),
    "a mark that is missing": pickle("\x80\x02t."),
    "odd items": pickle("\x80\x02}(K\x01u."),
    "a long integer of 2 GB": pickle("\x80\x02\x8b", [255, 255, 255, 127], "."),
    "a line without end": pickle(`\x80\x02c${"a".repeat(10_000)}`),
    "millions of steps": pickle("\x80\x02", Array(4_100_000).fill(0x4e)),
  };
  for (const [what, bytes] of Object.entries(hostile)) {
    it(`refuses ${what}`, () => {
      assert.throws(() => read(bytes), UserError);
    });
  }

  it("asks for more where a pickle, or a text in it, is longer than what is there", () => {
    for (const bytes of [pickle("\x80\x02"), pickle("\x80\x02X", [255, 255, 255, 127], "a")]) {
      assert.throws(() => read(bytes), { name: "Shortage" });
    }
  });

  it("does not walk what is nested exponentially or endlessly", async () => {
    // A list in a list in a list, each twice: 2^60 leaves if walked.
    const bomb = pickle(
      "\x80\x02]",
      ...Array.from({ length: 60 }, (_, at) => pickle("q", [at], "](h", [at], "h", [at], "e")).map((part) => [...part]),
      ".",
    );
    const started = performance.now();
    read(bomb);
    assert.ok(performance.now() - started < 1000);
  });
});

describe("zip archives", () => {
  const whole = readFileSync(path.join(COMMITTED, "tiny.pt"));
  const write = (name: string, bytes: Buffer): string => {
    const file = path.join(folder, name);
    writeFileSync(file, bytes);
    return file;
  };
  const readAll = async (file: string): Promise<void> => {
    const source = await openCheckpoint(file);
    try {
      for (const name of source.entries.keys()) await source.read(name);
    } finally {
      await source.close();
    }
  };

  it("with one changed byte in their numbers are refused by the member's name", async () => {
    const bytes = Buffer.from(whole);
    const value = Buffer.alloc(4);
    value.writeFloatLE(-0.25); // the second number of w
    bytes[bytes.indexOf(value) + 1]! ^= 1;
    await assert.rejects(
      readAll(write("flipped.pt", bytes)),
      /member "tiny\/data\/0" is damaged \(its CRC-32 is wrong\)/,
    );
  });

  it("check a member's sum also where only a part of it is read, and once", async () => {
    const file = await openBytes(write("whole.pt", whole));
    const zip = await openZip(file);
    const part = await zip.read("tiny/data/0", 4, 8);
    assert.deepEqual([...new Float32Array(part.buffer)], [-0.25, 0.5]);
    await assert.rejects(zip.read("tiny/data/0", 20, 8), /has 24 bytes/);
    await assert.rejects(zip.read("tiny/none"), /member "tiny\/none" is missing/);
    await file.close();
    const bytes = Buffer.from(whole);
    const at = bytes.indexOf(Buffer.from(new Float32Array([-0.25, 0.5]).buffer));
    bytes[at + 11]! ^= 1; // outside the part that is read
    const damaged = await openBytes(write("part.pt", bytes));
    await assert.rejects((await openZip(damaged)).read("tiny/data/0", 4, 8), /is damaged/);
    await damaged.close();
  });

  it("that are not PyTorch's, not archives at all, or cut off are refused with a reason", async () => {
    await assert.rejects(readAll(write("cut.pt", whole.subarray(0, -30))), /no end record; it is truncated/);
    await assert.rejects(readAll(write("page.pt", Buffer.from("<!DOCTYPE html><html>"))), /is a web page/);
    await assert.rejects(
      readAll(write("lfs.pt", Buffer.from("version https://git-lfs.github.com/spec/v1\n"))),
      /Git LFS/,
    );
    await assert.rejects(readAll(write("gz.pt", Buffer.from("1f8b0800", "hex"))), /compressed \(gzip\)/);
    const empty = Buffer.concat([Buffer.from("PK\x03\x04"), Buffer.from("504b0506", "hex"), Buffer.alloc(18)]);
    await assert.rejects(readAll(write("empty.pt", empty)), /not PyTorch's: it has 0 members data\.pkl/);
  });

  it("with compressed numbers are refused, not misread", async () => {
    const bytes = Buffer.from(whole);
    for (let at = bytes.indexOf("PK\x01\x02"); at >= 0; at = bytes.indexOf("PK\x01\x02", at + 1))
      bytes.writeUInt16LE(8, at + 10);
    await assert.rejects(readAll(write("deflated.pt", bytes)), /is compressed; PyTorch stores it plain/);
  });
});
