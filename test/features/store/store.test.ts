import assert from "node:assert/strict";
import fs from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { random } from "vghif/dist/data/random.js";
import { FeatureStore, type StoreOptions } from "vghif/dist/features/store/store.js";
import { contentOf, featureOf, KEY } from "./example-features.js";

function temporary(t: TestContext): string {
  const folder = fs.mkdtempSync(path.join(tmpdir(), "vghif store "));
  t.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A store that is closed when the test ends. */
function open(t: TestContext, folder: string, key = KEY, options: StoreOptions = {}): FeatureStore {
  const store = new FeatureStore(folder, key, options);
  t.after(() => store.close());
  return store;
}

const shardsIn = (folder: string): string[] => fs.readdirSync(folder).filter((name) => name.endsWith(".data"));

async function fill(store: FeatureStore, ids: readonly number[]): Promise<void> {
  for (const id of ids) await store.write(contentOf(id), featureOf(id));
}

test("what is written is read back, now, by another store, and after closing; nothing is written twice", async (t) => {
  const folder = temporary(t);
  const one = open(t, folder, KEY);
  const two = open(t, folder, KEY);
  assert.equal(one.has(contentOf(1)), false);
  assert.equal(await one.read(contentOf(1)), null);
  await Promise.all([fill(one, [1, 2, 3]), fill(two, [4, 5])]);
  await fill(one, [2]);
  one.refresh();
  two.refresh();
  for (const store of [one, two, open(t, folder, KEY)]) {
    assert.equal(store.size().videos, 5);
    for (const id of [1, 2, 3, 4, 5]) assert.deepEqual(await store.read(contentOf(id)), featureOf(id));
  }
  await one.close();
  await fill(one, [6, 4]);
  await one.close();
  await two.close();
  assert.equal(shardsIn(folder).length, 2, "a closed shard is gone on with");
  const { videos, bytes } = open(t, folder, KEY).size();
  assert.equal(videos, 6);
  assert.equal(
    bytes,
    shardsIn(folder).reduce((sum, name) => sum + fs.statSync(path.join(folder, name)).size, 0),
  );
});

test("a store finds what another has written meanwhile without being told", async (t) => {
  const folder = temporary(t);
  const [reader, writer] = [open(t, folder, KEY), open(t, folder, KEY)];
  await fill(writer, [7]);
  for (let tries = 0; !reader.has(contentOf(7)); tries++) {
    assert.ok(tries < 100);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.deepEqual(await reader.read(contentOf(7)), featureOf(7));
  await writer.close();
});

test("a full shard is followed by another", async (t) => {
  const folder = temporary(t);
  const store = open(t, folder, KEY, { shardBytes: 2500 });
  await fill(store, [1, 2, 3, 4, 5, 6, 7]);
  await store.close();
  assert.equal(shardsIn(folder).length, 3);
  const again = open(t, folder, KEY);
  for (const id of [1, 2, 3, 4, 5, 6, 7]) assert.deepEqual(await again.read(contentOf(id)), featureOf(id));
});

test("shards of another key, of no key, and files of other kinds are not looked at", async (t) => {
  const folder = temporary(t);
  const other = open(
    t,
    folder,
    KEY.replace(/^./, (digit) => (digit === "0" ? "1" : "0")),
  );
  await fill(other, [1]);
  await other.close();
  fs.writeFileSync(path.join(folder, "a.index"), "");
  fs.writeFileSync(path.join(folder, "b.index"), Buffer.alloc(1000));
  fs.writeFileSync(path.join(folder, "c.safetensors"), "old");
  const store = open(t, folder, KEY);
  assert.equal(store.size().videos, 0);
  assert.equal(await store.read(contentOf(1)), null);
});

test("a damaged record is as good as absent, and the one made in its place is served from then on", async (t) => {
  const folder = temporary(t);
  const first = open(t, folder, KEY);
  await fill(first, [1, 2, 3]);
  await first.close();
  const file = path.join(folder, shardsIn(folder)[0]!);
  const bytes = fs.readFileSync(file);
  bytes[Math.floor(bytes.length / 2)]! ^= 4;
  fs.writeFileSync(file, bytes);
  const second = open(t, folder, KEY);
  assert.equal(await second.read(contentOf(2)), null);
  assert.equal(second.has(contentOf(2)), false);
  await fill(second, [2]);
  await second.close();
  for (const store of [second, open(t, folder, KEY)])
    for (const id of [1, 2, 3]) assert.deepEqual(await store.read(contentOf(id)), featureOf(id));
  fs.rmSync(file);
  const third = open(t, folder, KEY);
  assert.equal(await third.read(contentOf(1)), null);
  assert.deepEqual(await third.read(contentOf(2)), featureOf(2));
});

test("a store whose folder was removed under it makes it again", async (t) => {
  const folder = path.join(temporary(t), "below");
  const store = open(t, folder, KEY);
  await fill(store, [1]);
  await store.close();
  fs.rmSync(folder, { recursive: true });
  assert.equal(await store.read(contentOf(1)), null);
  await fill(store, [1, 2]);
  await store.close();
  for (const id of [1, 2]) assert.deepEqual(await open(t, folder, KEY).read(contentOf(id)), featureOf(id));
});

test("2000 damaged shards: never a wrong tensor, a crash or a hang", async (t) => {
  const folder = temporary(t);
  const ids = [1, 2, 3];
  const made = open(t, folder, KEY);
  await fill(made, ids);
  await made.close();
  const [data, index] = [".data", ".index"].map((ending) => shardsIn(folder)[0]!.replace(".data", ending));
  const sound = { data: fs.readFileSync(path.join(folder, data!)), index: fs.readFileSync(path.join(folder, index!)) };
  const whole = ids.map((id) => featureOf(id));
  const draw = random(29);
  let served = 0;
  for (let round = 0; round < 2000; round++) {
    const where = draw.integer(3);
    fs.writeFileSync(path.join(folder, data!), where !== 1 ? mutated(sound.data, draw) : sound.data);
    fs.writeFileSync(path.join(folder, index!), where !== 0 ? mutated(sound.index, draw) : sound.index);
    const store = new FeatureStore(folder, KEY);
    for (const [at, id] of ids.entries()) {
      const feature = await store.read(contentOf(id));
      if (feature === null) continue;
      served += 1;
      assert.deepEqual(feature, whole[at], `round ${round}, video ${id}`);
    }
    await store.close();
  }
  assert.ok(served > 2000 && served < 5500, `${served} of 6000 were served`);
});

type Draw = ReturnType<typeof random>;

/** One kind of damage: a bit, a run of zeros, a cut, bytes too many or too few, two blocks exchanged, or noise. */
function mutated(sound: Buffer, draw: Draw): Buffer {
  const bytes = Buffer.from(sound);
  const at = draw.integer(bytes.length);
  const length = 1 + draw.integer(Math.min(200, bytes.length - at));
  switch (draw.integer(7)) {
    case 0:
      bytes[at]! ^= 1 << draw.integer(8);
      return bytes;
    case 1:
      return bytes.fill(0, at, at + length);
    case 2:
      return bytes.subarray(0, at);
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
    case 4:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at)]);
    case 5: {
      const blocks = Math.floor(bytes.length / 64);
      const [a, b] = [64 * draw.integer(blocks), 64 * draw.integer(blocks)];
      sound.copy(bytes, a, b, b + 64);
      sound.copy(bytes, b, a, a + 64);
      return bytes;
    }
    default:
      for (let n = at; n < at + length; n++) bytes[n] = draw.integer(256);
      return bytes;
  }
}
