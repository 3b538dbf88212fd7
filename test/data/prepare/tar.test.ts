import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { type TarEntry, tarEntries } from "vghif/dist/data/prepare/tar.js";
import { put, workplace } from "./clips.js";

async function entriesOf(archive: string): Promise<TarEntry[]> {
  const entries: TarEntry[] = [];
  for await (const entry of tarEntries(archive)) entries.push(entry);
  return entries;
}

const LONG = `${"very long folder name ".repeat(6)}/${"and a long file's name ".repeat(5)}.mp4`;
const FILES = {
  "a/1.mp4": "one",
  "a/\u00fcber 'quoted' \"name\".mp4": "x".repeat(512),
  "-dash.mp4": "y".repeat(513),
  "empty.mp4": "",
  [LONG]: "long",
};

for (const format of ["ustar", "gnu", "pax"]) {
  test(`names and places of an archive that tar wrote as ${format}`, async (t) => {
    const { folder, videos } = workplace(t);
    // Ustar has no place for the long name's last part.
    const files = Object.entries(FILES).filter(([name]) => format !== "ustar" || name !== LONG);
    await put(videos, Object.fromEntries(files));
    const archive = path.join(folder, "x.tar");
    execFileSync("tar", [`--format=${format}`, "-cf", archive, "-C", videos, "."]);
    const bytes = readFileSync(archive);
    const found = (await entriesOf(archive)).map(({ name, offset, bytes: size }) => [
      name.replace(/^\.\//, ""),
      bytes.toString("utf8", offset, offset + size),
    ]);
    assert.deepEqual(found.sort(), files.sort());
  });
}

test("an archive that breaks off gives what comes before; anything else is named", async (t) => {
  const { folder, videos } = workplace(t);
  await put(videos, { "1.mp4": "one", "2.mp4": "z".repeat(5000) });
  const archive = path.join(folder, "x.tar");
  execFileSync("tar", ["-cf", archive, "-C", videos, "1.mp4", "2.mp4"]);
  truncateSync(archive, 512 + 512 + 512 + 4000);
  const names: string[] = [];
  await assert.rejects(async () => {
    for await (const { name } of tarEntries(archive)) names.push(name);
  }, /x\.tar: the archive breaks off within "2\.mp4"; fetch it again/);
  assert.deepEqual(names, ["1.mp4"]);
  writeFileSync(archive, Buffer.alloc(700, 7));
  await assert.rejects(entriesOf(archive), /no tar header at byte 0/);
  writeFileSync(archive, "");
  assert.deepEqual(await entriesOf(archive), []);
});
