import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeRecord, encodeRecord } from "vghif/dist/features/store/record.js";
import { featureOf } from "./example-features.js";

const bytesOf = (id: number, half = false): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(Buffer.concat(encodeRecord(featureOf(id, 101), half)));

test("a record gives back names, shapes, types and values, as views of its bytes", () => {
  const bytes = bytesOf(11);
  const feature = decodeRecord(bytes);
  assert.deepEqual(feature, featureOf(11, 101));
  for (const { data } of feature!.values()) {
    assert.equal(data.buffer, bytes.buffer);
    assert.equal(data.byteOffset % 64, 0);
  }
  assert.deepEqual(decodeRecord(Uint8Array.from(Buffer.concat(encodeRecord(new Map(), false)))), new Map());
});

test("a record that does not begin its buffer is read all the same", () => {
  const bytes = bytesOf(5);
  const inside = new Uint8Array(64 + bytes.length);
  inside.set(bytes, 64);
  assert.deepEqual(decodeRecord(inside.subarray(64)), featureOf(5, 101));
});

test("halves take half the room and are the nearest ones", () => {
  const exact = new Map([
    ["x", { dtype: "F32", shape: [4], data: Float32Array.of(0.5, -3, 2 ** -24, 65504) }] as const,
  ]);
  const packed = Uint8Array.from(Buffer.concat(encodeRecord(exact, true)));
  assert.deepEqual(decodeRecord(packed), exact);
  assert.ok(bytesOf(3, true).length < 0.6 * bytesOf(3).length);
  const rounded = decodeRecord(bytesOf(3, true))!.get("level.1.patch")!.data;
  for (const [at, value] of featureOf(3, 101).get("level.1.patch")!.data.entries()) {
    assert.ok(Math.abs(rounded[at]! - value) <= Math.abs(value) * 2 ** -11 + 2 ** -25);
  }
});

test("what is no record is null, and a claimed size costs nothing", () => {
  const header = (named: unknown, rest = 64): Uint8Array<ArrayBuffer> => {
    const text = Buffer.from(JSON.stringify(named).padEnd(124));
    const bytes = new Uint8Array(128 + rest);
    new DataView(bytes.buffer).setUint32(0, 124, true);
    bytes.set(text, 4);
    return bytes;
  };
  assert.ok(decodeRecord(header([["x", "F32", [16]]])));
  const wrong: readonly Uint8Array<ArrayBuffer>[] = [
    new Uint8Array(0),
    new Uint8Array(640).fill(255),
    header([["x", "F32", [17]]]),
    header([["x", "F32", [1e9, 1e9]]]),
    header([["x", "F64", [1]]]),
    header([["x", "F32", [-1]]]),
    header([["x", "F32"]]),
    header({ x: 1 }),
    header([["x", "F32", [16]]], 128),
    bytesOf(1).slice(0, -64),
  ];
  for (const [at, bytes] of wrong.entries()) assert.equal(decodeRecord(bytes), null, `wrong record ${at}`);
});
