import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, it } from "node:test";
import Papa from "papaparse";
import { officialClasses, respell } from "vghif/dist/data/class-names.js";
import { drawShots } from "vghif/dist/data/few-shot.js";
import { readDataset } from "vghif/dist/data/manifest.js";
import { describeOfficial } from "vghif/dist/data/official/description.js";
import { OFFICIAL_NAMES } from "vghif/dist/data/official/types.js";
import { absent, PROJECT_ROOT, sharedDir } from "../../shared.js";

const MANIFESTS = path.join(PROJECT_ROOT, "data-manifests");
const GENERATED = ["hmdb-like", "kinetics-like", "mini-kinetics-like", "ucf-like"];

const sha256 = (content: string | Buffer): string => createHash("sha256").update(content).digest("hex");

describe("data-manifests", () => {
  it("every list that is here has its checksum beside it", () => {
    const folders = readdirSync(MANIFESTS).filter((name) => existsSync(path.join(MANIFESTS, name, "classes.csv")));
    assert.deepEqual(folders.sort(), [...GENERATED, ...OFFICIAL_NAMES].sort());
    for (const folder of folders) {
      const lists = readdirSync(path.join(MANIFESTS, folder)).filter((file) => file.endsWith(".csv"));
      const sums = lists.sort().map((file) => `${sha256(readFileSync(path.join(MANIFESTS, folder, file)))}  ${file}\n`);
      assert.equal(
        readFileSync(path.join(MANIFESTS, folder, "SHA256SUMS"), "utf8"),
        sums.join(""),
        `after a wanted change: (cd data-manifests/${folder} && sha256sum *.csv > SHA256SUMS)`,
      );
    }
  });

  it("our own draws are what they were: few-shot-draws.csv", () => {
    const text = readFileSync(path.join(MANIFESTS, "few-shot-draws.csv"), "utf8");
    const { data } = Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true });
    assert.equal(data.length, 4 * 5 * 4);
    const datasets = new Map(GENERATED.map((name) => [name, readDataset(path.join(MANIFESTS, name))]));
    const seen = new Set<string>();
    for (const { dataset = "", seed, shots, videos, sha256: expected } of data) {
      const { splits, classes } = datasets.get(dataset)!;
      const drawn = drawShots(splits.train ?? [], classes, Number(shots), Number(seed));
      const list = drawn.map((sample) => `${sample.path} ${sample.label}\n`).join("");
      assert.deepEqual(
        [drawn.length, sha256(list)],
        [Number(videos), expected],
        `${dataset}, seed ${seed}, K = ${shots}`,
      );
      seen.add(`${dataset} ${seed} ${shots}`);
    }
    assert.equal(seen.size, data.length);
  });

  for (const name of OFFICIAL_NAMES) {
    it(`${name} is described: unique lists, known publishers, counts for every split that it is stored under`, () => {
      const { lists, publishers, counts, classes, ...rest } = describeOfficial(name);
      assert.equal(rest.name, name);
      assert.equal(new Set(lists.map(({ file }) => file)).size, lists.length);
      for (const { publisher } of lists) assert.ok(publisher in publishers, publisher);
      const stored = name === "hmdb51" || name === "ucf101" ? [1, 2, 3].map((split) => `${name}-${split}`) : [name];
      assert.deepEqual(Object.keys(counts), stored);
      assert.equal(classes.length, { "kinetics-400": 400, "mini-kinetics-200": 200, hmdb51: 51, ucf101: 101 }[name]);
      const shipped = readdirSync(path.join(MANIFESTS, name));
      for (const { file } of lists) assert.ok(!shipped.includes(file), `${file} is not ours to ship`);
    });
  }

  it("class names are those of the class-name table, of HMDB51 by folder; Mini-Kinetics' are among Kinetics'", () => {
    assert.deepEqual(
      describeOfficial("ucf101").classes,
      officialClasses("ucf101").map(({ label }) => label),
    );
    assert.deepEqual(
      describeOfficial("hmdb51").classes,
      officialClasses("hmdb51").map(({ file }) => respell(file, "words")),
    );
    const all = new Set(describeOfficial("kinetics-400").classes);
    assert.ok(describeOfficial("mini-kinetics-200").classes.every((name) => all.has(name)));
  });

  it("Kinetics-400's classes are the official label file, byte for byte", (t) => {
    const file = sharedDir("splits/kinetics400/kinetics_400_labels.csv");
    if (!file) return t.skip(absent("splits/kinetics400/kinetics_400_labels.csv"));
    assert.equal(readFileSync(path.join(MANIFESTS, "kinetics-400", "classes.csv"), "utf8"), readFileSync(file, "utf8"));
  });
});
