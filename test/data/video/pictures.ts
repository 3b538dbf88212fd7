/** Test pictures that say which frame they are and which way is up, and that survive lossy encoding. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";

const FIRST = 40;
const STEP = 5;

/** `count` pictures (at most 40) of grey level 40 + 5 t, with a red top left quarter. */
export function numbered(width: number, height: number, count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, t) => {
    const picture = new Uint8Array(width * height * 3).fill(FIRST + STEP * t);
    for (let y = 0; y < height >> 1; y++) {
      for (let x = 0; x < width >> 1; x++) picture.set([220, 20, 20], (y * width + x) * 3);
    }
    return picture;
  });
}

/** The number of a decoded picture: its brightest green is the grey of the rest, whatever way it is turned. */
export function numberOf(picture: Uint8Array): number {
  const greens = picture.filter((_, at) => at % 3 === 1).sort();
  return Math.max(0, Math.round((greens[Math.floor(greens.length / 2)]! - FIRST) / STEP));
}

/** The quarter that is red: "top left"... */
export function redCorner(picture: Uint8Array, width: number, height: number): string {
  const isRed = (x: number, y: number): boolean => {
    const at = (Math.floor(y * height) * width + Math.floor(x * width)) * 3;
    return picture[at]! > 150 && picture[at + 1]! < 100;
  };
  const corners = [0.25, 0.75].flatMap((y) =>
    [0.25, 0.75].filter((x) => isRed(x, y)).map((x) => `${y < 0.5 ? "top" : "bottom"} ${x < 0.5 ? "left" : "right"}`),
  );
  return corners.join(", ");
}

/** A folder that is removed after the test; its name has a space. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), "vghif video "));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
