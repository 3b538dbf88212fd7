import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { resizeBicubic } from "vghif/dist/data/frames/resize-bicubic.js";
import { resizeBilinear } from "vghif/dist/data/frames/resize-bilinear.js";
import { PROJECT_ROOT } from "../../shared.js";

interface Case {
  readonly from: [number, number];
  readonly to: [number, number];
  readonly "cv2-bilinear": string;
  readonly "pil-bicubic": string;
}

const FILE = path.join(PROJECT_ROOT, "test", "fixtures", "frames", "resize.json");
const CASES = JSON.parse(readFileSync(FILE, "utf8")) as Case[];
const RESIZERS = { "cv2-bilinear": resizeBilinear, "pil-bicubic": resizeBicubic } as const;

function picture(width: number, height: number): Uint8Array {
  return Uint8Array.from({ length: width * height * 3 }, (_, at) => {
    const c = at % 3;
    const x = Math.floor(at / 3) % width;
    const y = Math.floor(at / 3 / width);
    return (7 * x * x + 13 * y + 29 * c + 3 * x * y) % 256;
  });
}

for (const kind of ["cv2-bilinear", "pil-bicubic"] as const) {
  for (const testCase of CASES) {
    const [width, height] = testCase.from;
    const [toWidth, toHeight] = testCase.to;
    const expected = Buffer.from(testCase[kind], "base64");
    test(`${kind} ${width}x${height} to ${toWidth}x${toHeight} is the original library's, bit for bit`, () => {
      const whole = { left: 0, top: 0, width: toWidth, height: toHeight };
      const actual = RESIZERS[kind](picture(width, height), width, height, toWidth, toHeight, whole);
      assert.deepEqual(Buffer.from(actual), expected);
    });
    if (toWidth < 5 || toHeight < 5) continue;
    test(`${kind} ${width}x${height} to ${toWidth}x${toHeight}: a region is cut from the whole`, () => {
      const region = { left: 2, top: 1, width: toWidth - 3, height: toHeight - 3 };
      const actual = RESIZERS[kind](picture(width, height), width, height, toWidth, toHeight, region);
      const rows = Array.from({ length: region.height }, (_, y) => {
        const from = ((region.top + y) * toWidth + region.left) * 3;
        return expected.subarray(from, from + region.width * 3);
      });
      assert.deepEqual(Buffer.from(actual), Buffer.concat(rows));
    });
  }
}
