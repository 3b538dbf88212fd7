import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, utimesSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import sharp from "sharp";
import { loadClip } from "vghif/dist/data/frames/load.js";
import { videoTransform } from "vghif/dist/data/frames/transforms.js";
import { loadClips } from "vghif/dist/data/loader/load-clips.js";
import { isFlawless, verifyDataset } from "vghif/dist/data/manifest-verify.js";
import { storedLists } from "vghif/dist/data/prepare/lists.js";
import { hasVideo, videoFile, videoRoot } from "vghif/dist/data/prepare/locate.js";
import { type PrepareOptions, prepareVideos } from "vghif/dist/data/prepare/prepare.js";
import type { PrepareReport } from "vghif/dist/data/prepare/report.js";
import { readFrames } from "vghif/dist/data/video/decode.js";
import { absent, sharedDir } from "../../shared.js";
import { clipBytes, FRAMES, put, workplace } from "./clips.js";

const HMDB_LISTS = {
  "brush_hair_test_split1.txt": "A_brush_hair_u_nm_0.avi 1 \nB_brush_hair_[x]!_1.avi 2 \n",
  "wave_test_split1.txt": "C_wave_f_2.avi 1 \nD_wave_f_3.avi 2 \n",
  "brush_hair_test_split2.txt": "A_brush_hair_u_nm_0.avi 2 \nB_brush_hair_[x]!_1.avi 1 \n",
  "wave_test_split2.txt": "C_wave_f_2.avi 2 \nD_wave_f_3.avi 1 \n",
  "brush_hair_test_split3.txt": "A_brush_hair_u_nm_0.avi 2 \nB_brush_hair_[x]!_1.avi 0 \n",
  "wave_test_split3.txt": "C_wave_f_2.avi 1 \nD_wave_f_3.avi 2 \n",
};
const HMDB = ["brush_hair/A_brush_hair_u_nm_0", "brush_hair/B_brush_hair_[x]!_1", "wave/C_wave_f_2", "wave/D_wave_f_3"];

const UCF_LISTS = {
  "classInd.txt": "1 ApplyEyeMakeup\n37 HandstandPushups\n",
  "trainlist01.txt":
    "ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c01.avi 1\nHandstandPushups/v_HandStandPushups_g08_c02.avi 37\n",
  "testlist01.txt": "ApplyEyeMakeup/v_ApplyEyeMakeup_g01_c01.avi\nHandstandPushups/v_HandStandPushups_g01_c03.avi\n",
};

const KINETICS_LISTS = {
  "train.csv":
    "label,youtube_id,time_start,time_end,split,is_cc\nabseiling,-1IlTIWPNs4,43,53,train,0\nair drumming,_-rsBoqd6Vc,7,17,train,0\n",
  "val.csv": "label,youtube_id,time_start,time_end,split\nabseiling,0wR5jVB-WPk,417,427,val\n",
};

/** All of it was found, is indexed, verified, and each sample's video decodes. */
async function ready(name: string, options: PrepareOptions, found: number): Promise<PrepareReport> {
  const report = await prepareVideos(name, { jobs: 1, ...options });
  assert.deepEqual([report.found, report.listed, report.missing, report.corrupt], [found, found, [], []]);
  for (const dataset of storedLists(name)) {
    assert.ok(isFlawless(await verifyDataset(dataset)));
    for (const sample of Object.values(dataset.splits).flat()) {
      const read = await readFrames(videoFile(dataset, sample), { indices: (count) => [0, count - 1] });
      assert.deepEqual([read.frameCount, read.width, read.height], [FRAMES, 34, 26]);
    }
  }
  return report;
}

test("hmdb51: flat, by class, in split folders, and as a web dataset; three splits from one search", async (t) => {
  const { folder, videos } = workplace(t);
  await put(path.join(folder, "lists"), HMDB_LISTS);
  const base = (name: string): string => path.basename(name);
  const layouts: Record<string, (name: string, at: number) => string> = {
    flat: (name) => `${base(name)}.avi`,
    "by class": (name) => `hmdb51_org/${name.replace("brush_hair/", "brush hair/")}.mp4`,
    "in splits": (name, at) => `${["train", "val", "test"][at % 3]}/${name}.webm`,
  };
  for (const [layout, place] of Object.entries(layouts)) {
    const root = path.join(videos, layout);
    await put(root, Object.fromEntries(HMDB.map((name, at) => [place(name, at), at])));
    const report = await ready("hmdb51", { root, lists: path.join(folder, "lists") }, 4);
    assert.deepEqual(report.kinds, { file: 4, tar: 0, frames: 0 });
    assert.deepEqual(
      report.datasets.map(({ name, splits }) => [name, splits.train, splits.test]),
      [
        ["hmdb51-1", { listed: 2, found: 2 }, { listed: 2, found: 2 }],
        ["hmdb51-2", { listed: 2, found: 2 }, { listed: 2, found: 2 }],
        ["hmdb51-3", { listed: 1, found: 1 }, { listed: 2, found: 2 }],
      ],
    );
    assert.deepEqual(report.extra, []);
  }
  // The members of two shards, each with a label beside it.
  const root = path.join(videos, "shards");
  mkdirSync(root);
  for (const [shard, members] of [HMDB.slice(0, 2), HMDB.slice(2)].entries()) {
    const inside = path.join(folder, `inside ${shard}`);
    await put(inside, Object.fromEntries(members.map((name, at) => [`${base(name)}.mp4`, 40 * shard + at])));
    await put(inside, Object.fromEntries(members.map((name) => [`${base(name)}.cls`, "0"])));
    execFileSync("tar", ["-cf", path.join(root, `train, ${shard}.tar`), "-C", inside, "."]);
  }
  assert.deepEqual((await ready("hmdb51", { root }, 4)).kinds, { file: 0, tar: 4, frames: 0 });
});

test("ucf101: folders of frames decode to the pictures that they hold", async (t) => {
  const { videos } = workplace(t);
  // The lists are below the root here.
  await put(path.join(videos, "ucfTrainTestlist"), UCF_LISTS);
  const all = [
    ...["ApplyEyeMakeup/v_ApplyEyeMakeup_g08_c01", "Apply Eye Makeup/v_ApplyEyeMakeup_g01_c01"],
    ...["HandStandPushups/v_HandStandPushups_g08_c02", "handstand_pushups/v_HandStandPushups_g01_c03"],
  ];
  for (const name of all) {
    const at = path.join(videos, "rawframes", name);
    mkdirSync(at, { recursive: true });
    for (let frame = 1; frame <= FRAMES; frame++) {
      const grey = { r: 20 * frame, g: 20 * frame, b: 20 * frame };
      const picture = sharp({ create: { width: 34, height: 26, channels: 3, background: grey } });
      // Numbers without zeros in front sort as numbers: 10 stands for the last one.
      await picture.png().toFile(path.join(at, `img_${frame === FRAMES ? 10 : frame}.png`));
    }
    await put(at, { "flow_x_00001.jpg": "no picture", "Thumbs.db": "" });
  }
  const report = await ready("ucf101", { root: videos }, 4);
  assert.deepEqual(report.kinds, { file: 0, tar: 0, frames: 4 });
  const [dataset] = storedLists("ucf101-1");
  const source = videoFile(dataset!, { path: "HandstandPushups/v_HandStandPushups_g01_c03.avi" });
  const read = await readFrames(source, { indices: (count) => [count - 1, 0] });
  assert.deepEqual([read.data[0], read.data.at(-1)], [20 * FRAMES, 20]);
});

test("kinetics-400: by id and times or by the id alone; a tar member loads as the file itself", async (t) => {
  const { folder, videos } = workplace(t);
  await put(path.join(folder, "annotations"), KINETICS_LISTS);
  await put(videos, {
    "train/abseiling/-1IlTIWPNs4_000043_000053.mp4": 1,
    "train/air_drumming/_-rsBoqd6Vc.mkv": 2,
    "val/0wR5jVB-WPk_417_427.mp4": 3,
    "val/abseiling/0wR5jVB-WPk_000001_000011.mp4": 4,
  });
  const report = await ready("kinetics-400", { root: videos, lists: path.join(folder, "annotations") }, 3);
  assert.deepEqual(
    report.extra.map(({ path: name }) => name),
    ["val/abseiling/0wR5jVB-WPk_000001_000011.mp4"],
  );
  const [dataset] = storedLists("kinetics-400");
  const options = { frames: 3, transform: videoTransform(16) };
  const unpacked = await loadClip(videoFile(dataset!, { path: "-1IlTIWPNs4_000043_000053" }), options);
  const packed = path.join(folder, "packed");
  mkdirSync(packed);
  execFileSync("tar", ["-cf", path.join(packed, "all.tar"), "-C", videos, "train", "val"]);
  rmSync(videos, { recursive: true });
  await ready("kinetics-400", { root: packed }, 3);
  const source = videoFile(dataset!, { path: "-1IlTIWPNs4_000043_000053" });
  assert.ok(typeof source === "object" && "tar" in source);
  assert.equal(source.bytes, (await clipBytes(1)).length);
  assert.deepEqual((await loadClip(source, options)).pixels, unpacked.pixels);
  const samples = Object.values(dataset!.splits).flat();
  const loaded: string[] = [];
  for await (const clip of loadClips(videoRoot(dataset!), samples, { ...options, workers: 0 })) {
    assert.ok(!("error" in clip));
    loaded.push(clip.sample.path);
  }
  assert.deepEqual(
    loaded,
    samples.map(({ path: name }) => name),
  );
  utimesSync(source.tar, 1e9, 1e9);
  assert.throws(
    () => videoFile(dataset!, samples[0]!),
    /all\.tar has changed since it was indexed: vghif data prepare/,
  );
  assert.ok(hasVideo(dataset!, samples[0]!));
});

test("ucf101: real lists and real videos", async (t) => {
  const lists = sharedDir("splits/ucf101");
  const root = sharedDir("real/actions");
  if (lists === null || root === null) return t.skip(absent("splits/ucf101, real/actions"));
  workplace(t);
  const report = await prepareVideos("ucf101", { root, lists, jobs: 2 });
  assert.deepEqual([report.listed, report.found, report.corrupt, report.duplicates], [11844, 24, [], []]);
  assert.deepEqual(report.datasets[0]!.splits.test, { listed: 3783, found: 24 });
  const source = videoFile(storedLists("ucf101-1")[0]!, { path: "Diving/v_Diving_g01_c03.avi" });
  assert.equal(source, path.join(root, "ucf101", "Diving", "v_Diving_g01_c03.avi"));
});
