import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import Papa from "papaparse";
import {
  OFFICIAL_SPELLINGS,
  officialClasses,
  respell,
  type Spelling,
  spelledClasses,
} from "vghif/dist/data/class-names.js";
import { absent, sharedDir } from "../shared.js";

describe("spellings of class names", () => {
  it("are made of one another, word by word", () => {
    const cases: [name: string, words: string, camel: string, snake: string][] = [
      ["ApplyEyeMakeup", "Apply Eye Makeup", "ApplyEyeMakeup", "Apply_Eye_Makeup"],
      ["YoYo", "Yo Yo", "YoYo", "Yo_Yo"],
      ["HandstandPushups", "Handstand Pushups", "HandstandPushups", "Handstand_Pushups"],
      ["HandStandPushups", "Hand Stand Pushups", "HandStandPushups", "Hand_Stand_Pushups"],
      ["Archery", "Archery", "Archery", "Archery"],
      ["brush_hair", "brush hair", "BrushHair", "brush_hair"],
      ["brush hair", "brush hair", "BrushHair", "brush_hair"],
      ["cartwheel", "cartwheel", "Cartwheel", "cartwheel"],
      [
        "passing American football (in game)",
        "passing American football (in game)",
        "PassingAmericanFootball(inGame)",
        "passing_American_football_(in_game)",
      ],
      ["Tai  Chi_", "Tai Chi", "TaiChi", "Tai_Chi"],
    ];
    for (const [name, words, camel, snake] of cases) {
      assert.deepEqual([respell(name, "words"), respell(name, "camel"), respell(name, "snake")], [words, camel, snake]);
    }
  });

  it("stay the manifest's where no other is asked for", () => {
    const classes = ["brush_hair", "YoYo"];
    assert.deepEqual(spelledClasses(classes), classes);
    assert.deepEqual(spelledClasses(classes, "words"), ["brush hair", "Yo Yo"]);
  });
});

/** Names of an official label file in the order of their ids; null where it is not here. */
function labelsOf(file: string): string[] | null {
  const found = sharedDir(`splits/${file}`);
  if (!found) return null;
  const { data } = Papa.parse<{ id: string; name: string }>(readFileSync(found, "utf8").replaceAll("\r", ""), {
    header: true,
    skipEmptyLines: true,
  });
  assert.deepEqual(
    data.map(({ id }) => Number(id)),
    data.map((_, at) => at),
  );
  return data.map(({ name }) => name);
}

/** Paths with their labels of an official list. */
function listOf(file: string): [video: string, label: number][] {
  const lines = readFileSync(sharedDir(`splits/${file}`)!, "utf8")
    .trim()
    .split(/\r?\n/);
  return lines.map((line) => {
    const [video, label] = line.split(" ") as [string, string];
    return [video, Number(label)];
  });
}

const LISTS = ["val1", "val2", "val3", "train1_few_shot_16"];

/** Label files, and the spelling that names come back from unchanged. */
const FILES: readonly (readonly [
  dataset: keyof typeof OFFICIAL_SPELLINGS,
  folder: string,
  name: string,
  by: Spelling,
])[] = [
  ["ucf101", "ucf101", "ucf_101", "words"],
  ["hmdb51", "hmdb51", "hmdb_51", "snake"],
  ["kinetics-400", "kinetics400", "kinetics_400", "snake"],
];

describe("official label files", () => {
  for (const [dataset, folder, name, by] of FILES) {
    for (const half of ["", "_base", "_novel"]) {
      it(`${name}${half}: every name has the recipes' spelling, and comes back from "${by}" as it was`, (t) => {
        const file = `${folder}/${name}${half}_labels.csv`;
        const labels = labelsOf(file);
        if (!labels) return t.skip(absent(`splits/${file}`));
        const official = OFFICIAL_SPELLINGS[dataset];
        for (const label of labels) {
          assert.equal(respell(label, official), label);
          assert.equal(respell(respell(label, by), official), label);
        }
        for (const spelling of ["words", "camel", "snake"] as const) {
          assert.equal(new Set(spelledClasses(labels, spelling)).size, labels.length, "names stay apart");
        }
        if (dataset === "ucf101") assert.ok(labels.every((label) => !respell(label, "words").match(/[a-z][A-Z]/)));
      });
    }
  }

  for (const dataset of ["ucf101", "hmdb51"] as const) {
    it(`the table of ${dataset} is the official one, and its files are spelt as it says`, (t) => {
      const table = officialClasses(dataset);
      assert.equal(table.length, { ucf101: 101, hmdb51: 51 }[dataset]);
      assert.equal(new Set(table.map(({ file }) => file)).size, table.length);
      const labels = labelsOf(`${dataset}/${{ ucf101: "ucf_101", hmdb51: "hmdb_51" }[dataset]}_labels.csv`);
      if (!labels) return t.skip(absent(`splits/${dataset}`));
      assert.deepEqual(
        table.map(({ label }) => label),
        labels,
      );
      for (const [video, id] of LISTS.flatMap((list) => listOf(`${dataset}/${list}.txt`))) {
        const [, found] =
          dataset === "ucf101"
            ? /^v_(\w+?)_g\d+_c\d+\.avi$/.exec(video)!
            : /^.*?((?:_[a-z]+)+)_[fhlu]_(?:cm|nm)_np\w+?_(?:ba|fr|le|ri)_(?:bad|med|goo)_\d+\.avi$/.exec(`_${video}`)!;
        const { file } = table[id]!;
        if (dataset === "ucf101") assert.equal(found, file);
        // Of names in which several fit, such as "..._kick_ball", the longest is the class.
        else assert.equal(longest(table, found!), file, video);
      }
    });
  }

  it("number four classes of HMDB51 in another order than its folders", () => {
    const odd = officialClasses("hmdb51").filter(({ label, file }) => respell(file, "words") !== label);
    assert.deepEqual(
      odd.map(({ label, file }) => `${label}: ${file}`),
      ["kick ball: kick", "kick: kick_ball", "sword exercise: sword", "sword: sword_exercise"],
    );
    const spelt = officialClasses("ucf101").filter(({ label, file }) => label !== file);
    assert.deepEqual(spelt, [{ label: "HandstandPushups", file: "HandStandPushups" }]);
  });
});

function longest(table: readonly { readonly file: string }[], text: string): string | undefined {
  const fitting = table.map(({ file }) => file).filter((file) => text.endsWith(`_${file}`));
  return fitting.sort((a, b) => b.length - a.length)[0];
}
