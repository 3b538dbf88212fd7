import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import sharp from "sharp";
import { frameOf } from "vghif/dist/data/frames/rgb.js";
import { checkVideo } from "vghif/dist/data/video/check.js";
import { probeVideo, readFrames } from "vghif/dist/data/video/decode.js";
import { writeVideo } from "vghif/dist/data/video/encode.js";
import type { TarMember } from "vghif/dist/data/video/source.js";
import { sourceHash } from "vghif/dist/data/video/source-hash.js";
import { numbered, temporaryFolder } from "./pictures.js";

const every = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

for (const [name, codec] of [
  ["x.mp4", "h264"],
  ["x.avi", "mpeg4"],
  ["x.mkv", "h264"],
] as const) {
  test(`${name} in a tar archive is what it is as a file`, async (t) => {
    const folder = temporaryFolder(t);
    const file = path.join(folder, name);
    await writeVideo(file, { width: 38, height: 22, fps: 10, codec, gop: 5 }, numbered(38, 22, 13));
    writeFileSync(path.join(folder, "before"), "x".repeat(700));
    const tar = path.join(folder, "a, b.tar");
    execFileSync("tar", ["-cf", tar, "-C", folder, "before", name, "before"]);
    const member: TarMember = { tar, member: name, offset: 512 + 1024 + 512, bytes: statSync(file).size };
    assert.deepEqual(await probeVideo(member), await probeVideo(file));
    assert.deepEqual(await readFrames(member, { indices: every }), await readFrames(file, { indices: every }));
    assert.equal(await sourceHash(member), await sourceHash(file));
    const cut = { ...member, offset: statSync(tar).size - 10 };
    await assert.rejects(probeVideo(cut), /cannot read video "x\.\w+" in .*a, b\.tar: the archive ends before it/);
  });
}

test("a folder of frames: numbers decide the order, sizes must agree, a broken one is named", async (t) => {
  const folder = temporaryFolder(t);
  const pictures = numbered(31, 23, 11);
  for (const [at, picture] of pictures.entries()) {
    const image = sharp(picture, { raw: { width: 31, height: 23, channels: 3 } });
    await image.png().toFile(path.join(folder, `frame-${at + 1}.png`));
  }
  const read = await readFrames({ frames: folder }, { indices: () => [10, 0, 9, 0] });
  assert.deepEqual([read.count, read.width, read.height, read.frameCount], [4, 31, 23, 11]);
  for (const [at, index] of [10, 0, 9, 0].entries()) assert.deepEqual(frameOf(read, at), pictures[index]);
  assert.deepEqual(await checkVideo({ frames: folder }, true), { frames: 11, damage: null });
  const before = await sourceHash({ frames: folder });

  const grey = sharp(new Uint8Array(31 * 23).fill(77), { raw: { width: 31, height: 23, channels: 1 } });
  await grey.toColourspace("b-w").jpeg().toFile(path.join(folder, "frame-12.jpg"));
  const last = await readFrames({ frames: folder }, { indices: (count) => [count - 1] });
  assert.deepEqual([last.frameCount, last.data.length, last.data[0]], [12, 31 * 23 * 3, 77]);
  assert.notEqual(await sourceHash({ frames: folder }), before);

  const jpeg = readFileSync(path.join(folder, "frame-12.jpg"));
  writeFileSync(path.join(folder, "frame-13.jpg"), jpeg.subarray(0, jpeg.length - 40));
  await assert.rejects(checkVideo({ frames: folder }, true), /its frame frame-13\.jpg does not decode/);
  await sharp(new Uint8Array(9), { raw: { width: 3, height: 1, channels: 3 } }).toFile(
    path.join(folder, "frame-13.jpg"),
  );
  await assert.rejects(probeVideo({ frames: folder }), /its frame frame-13\.jpg is 3 x 1 where others are 31 x 23/);
  const empty = path.join(folder, "empty");
  mkdirSync(empty);
  await assert.rejects(probeVideo({ frames: empty }), /the folder holds no numbered pictures/);
});
