/**
 * Damaged files: a file either is refused in one line or gives tensors of the shapes it declares; where the format has
 * checksums (zip), it gives the numbers that were written. VGHIF_FUZZ says how many files a format; default 1000.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import fc from "fast-check";
import { UserError } from "vghif/dist/errors.js";
import { openCheckpoint } from "vghif/dist/weights/checkpoint.js";
import { type HostTensor, writeSafetensors } from "vghif/dist/weights/safetensors.js";
import { elements } from "vghif/dist/weights/tensors.js";
import { COMMITTED } from "./pytorch.js";

const RUNS = Number(process.env.VGHIF_FUZZ ?? 1000);
/** A file of a few kilobytes that takes longer than this, ms, hangs. */
const TIME_LIMIT = 5000;
/** Bytes of growth that one such file may cause. */
const MEMORY_LIMIT = 200e6;

const folder = mkdtempSync(path.join(tmpdir(), "vghif fuzz "));
after(() => rmSync(folder, { recursive: true }));

/** Bytes that mean something to these formats: pickle opcodes, signatures, sizes. */
const telling = fc.constantFrom(
  0,
  1,
  2,
  0x7f,
  0x80,
  0xff,
  ...Buffer.from(".()]}NRbcQqhrjutae0\x81\x85\x86\x87\x88\x8a\x8c\x93\x94", "latin1"),
);

type Damage = (bytes: Buffer<ArrayBuffer>) => Buffer<ArrayBuffer>;

const place = fc.nat(1_000_000);
const damage: fc.Arbitrary<Damage> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(place, fc.oneof(telling, fc.nat(255))).map(
      ([at, value]): Damage =>
        (bytes) => {
          bytes[at % bytes.length] = value;
          return bytes;
        },
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(place, fc.nat(7)).map(
      ([at, bit]): Damage =>
        (bytes) => {
          bytes[at % bytes.length]! ^= 1 << bit;
          return bytes;
        },
    ),
  },
  {
    weight: 1,
    arbitrary: place.map(
      (at): Damage =>
        (bytes) =>
          bytes.subarray(0, 1 + (at % bytes.length)),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(place, fc.uint8Array({ minLength: 1, maxLength: 9 })).map(
      ([at, more]): Damage =>
        (bytes) => {
          const cut = at % bytes.length;
          return Buffer.concat([bytes.subarray(0, cut), more, bytes.subarray(cut)]);
        },
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(place, fc.integer({ min: 1, max: 40 })).map(
      ([at, length]): Damage =>
        (bytes) => {
          const cut = at % bytes.length;
          return Buffer.concat([bytes.subarray(0, cut), bytes.subarray(cut + length)]);
        },
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(place, place, fc.integer({ min: 1, max: 64 })).map(
      ([from, to, length]): Damage =>
        (bytes) => {
          bytes.copy(bytes, to % bytes.length, from % bytes.length, (from % bytes.length) + length);
          return bytes;
        },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(place, fc.constantFrom(0xffffffff, 0x7fffffff, 0x80000000, 0x10000000)).map(
      ([at, size]): Damage =>
        (bytes) => {
          if (bytes.length >= 4) bytes.writeUInt32LE(size, at % (bytes.length - 3));
          return bytes;
        },
    ),
  },
);

async function tensorsOf(file: string): Promise<Map<string, HostTensor>> {
  const source = await openCheckpoint(file);
  try {
    const tensors = new Map<string, HostTensor>();
    for (const [name, { shape }] of source.entries) {
      const tensor = await source.read(name);
      assert.deepEqual(tensor.shape, shape);
      assert.equal(tensor.data.length, elements(shape));
      tensors.set(name, tensor);
    }
    return tensors;
  } finally {
    await source.close();
  }
}

/** What a damaged file that still opens holds: anything of its shapes, tensors as written, or all tensors as written. */
type Promised = "shapes" | "tensors" | "all";

async function fuzz(file: string, promised: Promised): Promise<void> {
  const whole = readFileSync(file);
  const original = await tensorsOf(file);
  const damaged = path.join(folder, `damaged ${path.basename(file)}`);
  const grown = process.memoryUsage().rss;
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 4 }), async (damages) => {
      const bytes = damages.reduce((now, act) => (now.length > 0 ? act(now) : now), Buffer.from(whole));
      writeFileSync(damaged, bytes);
      const started = performance.now();
      try {
        const tensors = await tensorsOf(damaged);
        if (promised === "all") assert.deepEqual(tensors, original);
        if (promised === "tensors") for (const [name, tensor] of tensors) assert.deepEqual(tensor, original.get(name));
      } catch (error) {
        assert.ok(error instanceof UserError, error instanceof Error ? error.stack : String(error));
        assert.ok(!error.message.includes("\n"), error.message);
        refused++;
      }
      assert.ok(performance.now() - started < TIME_LIMIT, "it hangs");
    }),
    { numRuns: RUNS },
  );
  assert.ok(process.memoryUsage().rss - grown < MEMORY_LIMIT, "it takes memory");
  assert.ok(refused > RUNS / 10, `only ${refused} of ${RUNS} damaged files were refused`);
}

describe(`${RUNS} damaged files a format`, () => {
  it("safetensors", async () => {
    const file = path.join(folder, "whole.safetensors");
    const numbers = Float32Array.from({ length: 6 }, (_, at) => at - 2.5);
    await writeSafetensors(
      file,
      new Map<string, HostTensor>([
        ["w", { dtype: "F32", shape: [2, 3], data: numbers }],
        ["ids", { dtype: "I32", shape: [3], data: Int32Array.of(1, -2, 3) }],
      ]),
    );
    await fuzz(file, "shapes");
  });
  it("an index of shards", async () => {
    const one: HostTensor = { dtype: "F32", shape: [2], data: Float32Array.of(1, 2) };
    for (const name of ["a", "b"]) {
      await writeSafetensors(path.join(folder, `shard-${name}.safetensors`), new Map([[name, one]]));
    }
    const file = path.join(folder, "model.safetensors.index.json");
    const places = { a: "shard-a.safetensors", b: "shard-b.safetensors" };
    writeFileSync(file, JSON.stringify({ metadata: { total_size: 16 }, weight_map: places }));
    await fuzz(file, "tensors"); // without an entry for a shard, nothing tells that it was there
  });
  it("PyTorch zip", () => fuzz(path.join(COMMITTED, "tiny.pt"), "all"));
  it("TorchScript zip", () => fuzz(path.join(COMMITTED, "script.pt"), "all"));
  it("PyTorch legacy pickle", () => fuzz(path.join(COMMITTED, "tiny-legacy.pt"), "shapes"));
  it("PyTorch legacy pickle with an optimiser's state", () =>
    fuzz(path.join(COMMITTED, "legacy-training.pth"), "shapes"));
  it("PyTorch legacy tar", () => fuzz(path.join(COMMITTED, "tiny.tar"), "shapes"));
});
