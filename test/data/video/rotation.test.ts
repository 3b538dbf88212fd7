import assert from "node:assert/strict";
import { test } from "node:test";
import { degreesOf, displayMatrix, orient, orientationOf, UPRIGHT } from "vghif/dist/data/video/rotation.js";

/** Pixels 1..6 of a picture 3 wide, 2 high, as the red of otherwise black pixels. */
const PICTURE = Uint8Array.from([1, 2, 3, 4, 5, 6].flatMap((red) => [red, 0, 0]));

function turned(matrix: Int32Array | null): number[] {
  const out = new Uint8Array(PICTURE.length);
  orient(PICTURE, 3, 2, orientationOf(matrix && Buffer.from(matrix.buffer)), out);
  return [...out.filter((_, at) => at % 3 === 0)];
}

test("quarter turns go clockwise", () => {
  assert.deepEqual(turned(null), [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(turned(displayMatrix(0)), [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(turned(displayMatrix(90)), [4, 1, 5, 2, 6, 3]);
  assert.deepEqual(turned(displayMatrix(180)), [6, 5, 4, 3, 2, 1]);
  assert.deepEqual(turned(displayMatrix(270)), [3, 6, 2, 5, 1, 4]);
});

test("mirrored pictures are mirrored back", () => {
  const one = 1 << 16;
  assert.deepEqual(turned(Int32Array.of(-one, 0, 0, 0, one, 0, 0, 0, 1 << 30)), [3, 2, 1, 6, 5, 4]);
  assert.deepEqual(turned(Int32Array.of(one, 0, 0, 0, -one, 0, 0, 0, 1 << 30)), [4, 5, 6, 1, 2, 3]);
  assert.deepEqual(turned(Int32Array.of(0, one, 0, one, 0, 0, 0, 0, 1 << 30)), [1, 4, 2, 5, 3, 6]);
});

test("a matrix names its turn in degrees", () => {
  assert.equal(degreesOf(UPRIGHT), 0);
  for (const degrees of [0, 90, 180, 270] as const) {
    assert.equal(degreesOf(orientationOf(Buffer.from(displayMatrix(degrees).buffer))), degrees);
  }
});
