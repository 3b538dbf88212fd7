import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { writeVideo } from "vghif/dist/data/video/encode.js";
import { rateOf } from "vghif/dist/data/video/format.js";
import { UserError } from "vghif/dist/errors.js";
import { numbered, temporaryFolder } from "./pictures.js";

function digest(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

for (const [name, codec] of [
  ["x.mp4", "h264"],
  ["x.mkv", "h264"],
  ["x.avi", "mpeg4"],
  ["x.webm", "vp9"],
] as const) {
  test(`the same frames give the same ${name}, one after another and side by side`, async (t) => {
    const folder = temporaryFolder(t);
    const format = { width: 62, height: 46, fps: 12, codec };
    const frames = numbered(62, 46, 17);
    const file = path.join(folder, name);
    await writeVideo(file, format, frames);
    const first = digest(file);
    const others = Array.from({ length: 8 }, (_, i) => path.join(folder, `${i}${name}`));
    await Promise.all(others.map((other) => writeVideo(other, format, frames)));
    assert.deepEqual(
      others.map(digest),
      others.map(() => first),
    );
    await writeVideo(file, format, frames.toReversed());
    assert.notEqual(digest(file), first);
    assert.equal(readdirSync(folder).length, 9, "no temporary file is left");
  });
}

test("frames may come from a generator, and quality is the caller's", async (t) => {
  const folder = temporaryFolder(t);
  async function* drawn() {
    for (const picture of numbered(62, 46, 9)) yield picture;
  }
  const noisy = numbered(62, 46, 9).map((picture) => picture.map((level, at) => (level + ((at * 7919) % 61)) % 256));
  await writeVideo(path.join(folder, "a.mp4"), { width: 62, height: 46, fps: 12, codec: "h264" }, drawn());
  const sizes = [];
  for (const crf of [10, 40]) {
    const file = path.join(folder, `${crf}.mp4`);
    await writeVideo(file, { width: 62, height: 46, fps: 12, codec: "h264", crf }, noisy);
    sizes.push(readFileSync(file).length);
  }
  assert.ok(sizes[0]! > 2 * sizes[1]!, `${sizes} bytes`);
});

test("what cannot be written is said, and leaves nothing behind", async (t) => {
  const folder = temporaryFolder(t);
  const frames = numbered(62, 46, 3);
  const format = { width: 62, height: 46, fps: 12, codec: "h264" } as const;
  const file = path.join(folder, "x.mp4");
  const user = (message: RegExp) => (error: unknown) => error instanceof UserError && message.test(error.message);
  await assert.rejects(writeVideo(path.join(folder, "x.txt"), format, frames), user(/must end in \.mp4, \.avi/));
  await assert.rejects(writeVideo(path.join(folder, "x.webm"), format, frames), user(/putting h264 into webm/));
  await assert.rejects(writeVideo(path.join(folder, "no", "x.mp4"), format, frames), user(/does its folder exist/));
  await assert.rejects(writeVideo(file, { ...format, width: 61 }, frames), user(/even width and height, not 61 x 46/));
  await assert.rejects(writeVideo(file, { ...format, fps: 0 }, frames), user(/0 is no frame rate/));
  await assert.rejects(writeVideo(file, { ...format, height: 0 }, frames), user(/62 x 0 is no size/));
  await assert.rejects(writeVideo(file, format, []), user(/there are no frames/));
  await assert.rejects(writeVideo(file, format, [frames[0]!, new Uint8Array(5)]), RangeError);
  assert.equal(existsSync(file), false);
  assert.deepEqual(readdirSync(folder), []);
});

test("frame rates become fractions", () => {
  assert.deepEqual(rateOf(25), { num: 25, den: 1 });
  assert.deepEqual(rateOf(29.97), { num: 30_000, den: 1001 });
  assert.deepEqual(rateOf(23.976), { num: 24_000, den: 1001 });
  assert.deepEqual(rateOf(12.5), { num: 12_500, den: 1000 });
});
