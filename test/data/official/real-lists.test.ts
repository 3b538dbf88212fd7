import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, readFileSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, it } from "node:test";
import type { StoredDataset } from "vghif/dist/data/manifest.js";
import { describeOfficial } from "vghif/dist/data/official/description.js";
import { importOfficial } from "vghif/dist/data/official/import.js";
import { OFFICIAL_NAMES, type OfficialImport, type OfficialName } from "vghif/dist/data/official/types.js";
import { fileHash } from "vghif/dist/weights/file-hash.js";
import { absent, sharedDir } from "../../shared.js";

const FOLDERS = {
  "kinetics-400": "kinetics400",
  "mini-kinetics-200": "mini-kinetics-200",
  hmdb51: "hmdb51",
  ucf101: "ucf101",
};

const known = new Map<OfficialName, Promise<OfficialImport>>();

/** What all the lists together give, read once. */
function importedOnce(name: OfficialName, folder: string): Promise<OfficialImport> {
  const found = known.get(name) ?? importOfficial(name, folder);
  known.set(name, found);
  return found;
}

/** Numbers of videos by list, of each dataset. */
function sizes({ datasets }: OfficialImport): Record<string, Record<string, number>> {
  return Object.fromEntries(
    datasets.map(({ name, splits, fewShot = {} }) => [
      name,
      Object.fromEntries(Object.entries({ ...splits, ...fewShot }).map(([list, samples]) => [list, samples.length])),
    ]),
  );
}

describe("the real lists", () => {
  for (const name of OFFICIAL_NAMES) {
    it(`${name}: every file is described, with its bytes, rows and SHA-256`, async (t) => {
      const folder = sharedDir(`splits/${FOLDERS[name]}`);
      if (!folder) return t.skip(absent(`splits/${FOLDERS[name]}`));
      const { lists } = describeOfficial(name);
      const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
      const known = lists.filter(({ sha256 }) => sha256 !== null);
      assert.deepEqual(files.map((file) => file.name).sort(), known.map(({ file }) => file).sort());
      for (const entry of files) {
        const file = path.join(entry.parentPath, entry.name);
        const list = known.find((one) => one.file === entry.name);
        const lines = readFileSync(file, "utf8").trim().split("\n").length - (entry.name.endsWith(".csv") ? 1 : 0);
        assert.deepEqual(
          [list?.sha256, list?.bytes, list?.rows],
          [await fileHash(file), statSync(file).size, lines],
          entry.name,
        );
      }
    });
  }

  it("give the counts of dataset-facts.csv, every checksum right, whatever else lies beside them", async (t) => {
    const folder = sharedDir("splits");
    if (!folder) return t.skip(absent("splits"));
    const expected = {
      hmdb51: {
        "hmdb51-1": { test: 1530, "vifi-clip-2": 102, "vifi-clip-4": 204, "vifi-clip-8": 408, "vifi-clip-16": 816 },
        "hmdb51-2": { test: 1530 },
        "hmdb51-3": { test: 1530 },
      },
      ucf101: {
        "ucf101-1": { test: 3783, "vifi-clip-2": 202, "vifi-clip-4": 404, "vifi-clip-8": 808, "vifi-clip-16": 1616 },
        "ucf101-2": { test: 3734 },
        "ucf101-3": { test: 3696 },
      },
      "kinetics-400": { "kinetics-400": { train: 60000, val: 19877 } },
      "mini-kinetics-200": { "mini-kinetics-200": { train: 80000, val: 5000 } },
    };
    for (const name of OFFICIAL_NAMES) {
      const found = await importedOnce(name, folder);
      assert.deepEqual(sizes(found), expected[name]);
      assert.deepEqual(found.notes, []);
      assert.ok(found.files.every(({ sha256, expected: known }) => sha256 === known));
      for (const { splits, classes } of found.datasets) {
        for (const [split, samples] of Object.entries(splits)) {
          const perClass = new Array<number>(classes.length).fill(0);
          for (const { label } of samples) perClass[label]! += 1;
          const each = {
            hmdb51: 30,
            "mini-kinetics-200": split === "train" ? 400 : 25,
            "kinetics-400": split === "train" ? 150 : 0,
            ucf101: 0,
          };
          if (each[name] > 0)
            assert.deepEqual(
              perClass,
              perClass.map(() => each[name]),
              `${name} ${split}`,
            );
        }
      }
    }
  });

  it("HMDB51 and UCF101: few-shot lists are K a class, apart from val1, not nested; groups are the recordings", async (t) => {
    const folder = sharedDir("splits");
    if (!folder) return t.skip(absent("splits"));
    const nested = { hmdb51: [7, 13, 29], ucf101: [11, 16, 32] };
    for (const name of ["hmdb51", "ucf101"] as const) {
      const { datasets } = await importedOnce(name, folder);
      const [first, second]: readonly (StoredDataset | undefined)[] = datasets;
      const videos = (shots: number): Set<string | undefined> =>
        new Set(first?.fewShot?.[`vifi-clip-${shots}`]?.map((sample) => sample.path));
      for (const shots of [2, 4, 8, 16]) {
        const perClass = new Map<number, number>();
        for (const { label } of first?.fewShot?.[`vifi-clip-${shots}`] ?? [])
          perClass.set(label, (perClass.get(label) ?? 0) + 1);
        assert.deepEqual([...new Set(perClass.values())], [shots]);
        assert.ok(first?.splits.test?.every((sample) => !videos(shots).has(sample.path)));
      }
      const inLarger = [4, 8, 16].map((shots) => [...videos(2)].filter((video) => videos(shots).has(video)).length);
      assert.deepEqual(inLarger, nested[name]);
      const leaked = second?.splits.test?.filter((sample) => videos(16).has(sample.path)).length;
      assert.equal(leaked, { hmdb51: 233, ucf101: 627 }[name], "of 16-shot videos in val2");
      const groups = new Set(first?.splits.test?.map((sample) => sample.group));
      if (name === "ucf101") assert.equal(groups.size, 101 * 7);
      else assert.deepEqual([...groups], [undefined]);
    }
  });

  it("Mini-Kinetics: bare ids joined with CSV files by id, and the cut CSV files, give the same manifest", async (t) => {
    const folder = sharedDir("splits/mini-kinetics-200");
    if (!folder) return t.skip(absent("splits/mini-kinetics-200"));
    const parts = { joined: ["train_ytid_list.txt", "val_ytid_list.txt"], cut: ["train_k200.csv", "val_k200.csv"] };
    const copy = (files: Readonly<Record<string, string>>): string => {
      const below = mkdtempSync(path.join(tmpdir(), "vghif mini "));
      for (const [file, as] of Object.entries(files)) cpSync(path.join(folder, file), path.join(below, as));
      return below;
    };
    const joined = await importOfficial(
      "mini-kinetics-200",
      copy({
        ...Object.fromEntries(parts.joined.map((file) => [file, file])),
        "train_k200.csv": "train.csv",
        "val_k200.csv": "validate.csv",
      }),
    );
    const cut = await importOfficial(
      "mini-kinetics-200",
      copy(Object.fromEntries(parts.cut.map((file) => [file, file]))),
    );
    assert.deepEqual(joined.datasets[0]?.splits, cut.datasets[0]?.splits);
    assert.deepEqual([joined.warnings, cut.warnings], [[], []]);
  });
});
