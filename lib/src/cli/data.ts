/** `vghif data list | verify | new | new-generated`. */
import type { Command } from "commander";
import type { Register } from "./main.js";

export const register: Register = (program) => {
  const data = program.command("data").description("datasets: list, check, make your own, make the generated ones");
  registerList(data);
  registerVerify(data);
  registerNew(data);
  registerNewGenerated(data);
};

function registerList(data: Command): void {
  data
    .command("list")
    .option("--json", "print JSON")
    .description("the known datasets, their sizes, and where their videos are")
    .action(async ({ json = false }: { json?: boolean }) => {
      const { describeDatasets } = await import("../data/manifest-list.js");
      const datasets = describeDatasets();
      if (json) console.log(JSON.stringify(datasets));
      else {
        for (const { name, kind, classes, train, val, test, root, here } of datasets) {
          const videos = `${train} train, ${val} val, ${test} test`;
          console.log(`${name}  (${kind}; ${classes} classes; ${videos})  ${here ? root : `not here: ${root}`}`);
        }
      }
    });
}

function registerVerify(data: Command): void {
  data
    .command("verify")
    .argument("<dataset>", "a dataset's name, or the folder of its manifest")
    .option("--root <folder>", "where its videos are")
    .option("--deep", "decode every frame")
    .option("--json", "print JSON")
    .description("are all videos there, and with --deep, do they decode; exit code 1 where not")
    .action(async (name: string, options: { root?: string; deep?: boolean; json?: boolean }) => {
      const { findDataset } = await import("../data/manifest-find.js");
      const { verifyDataset } = await import("../data/manifest-verify.js");
      const { progressLine } = await import("./progress-line.js");
      const line = progressLine();
      const onProgress = (done: number, total: number): void => line.show(`${name}: ${done}/${total} decoded`);
      const found = await verifyDataset(findDataset(name), { ...options, onProgress });
      line.clear();
      const { missing, empty, broken, videos, frames, root } = found;
      if (options.json) console.log(JSON.stringify(found));
      else {
        for (const video of missing) console.log(`missing  ${video}`);
        for (const video of empty) console.log(`empty    ${video}`);
        for (const { path, error } of broken) console.log(`broken   ${path}: ${error}`);
        const bad = `${missing.length} missing, ${empty.length} empty, ${broken.length} broken`;
        console.log(
          `${name}: ${videos} videos in ${root}; ${bad}${frames === null ? "" : `; ${frames} frames decode`}`,
        );
      }
      if (missing.length + empty.length + broken.length > 0) process.exitCode = 1;
    });
}

interface NewOptions {
  readonly from: string;
  readonly seed: string;
  readonly test: string;
  readonly val: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

function registerNew(data: Command): void {
  data
    .command("new")
    .argument("<name>", "what to call it")
    .requiredOption("--from <folder>", "one folder a class, or a labels.csv with file,class[,split][,group]")
    .option("--seed <number>", "draws the splits", "0")
    .option("--test <share>", "share of each class's videos for testing", "0.3")
    .option("--val <share>", "share of each class's videos for validation", "0.1")
    .option("--force", "replace a dataset of that name made before")
    .option("--json", "print JSON")
    .description("a dataset of your own videos, which stay where they are")
    .action(async (name: string, { from, seed, test, val, force = false, json }: NewOptions) => {
      const { newOwnDataset } = await import("../data/own.js");
      const numbers = await import("./numbers.js");
      const shares = { test: Number(test), val: Number(val) };
      const made = await newOwnDataset(name, from, { seed: numbers.seed("--seed", seed), shares, force });
      if (json) {
        const { dataset, counts, warnings, scan } = made;
        console.log(
          JSON.stringify({ folder: dataset.folder, root: dataset.root, counts, warnings, skipped: scan.skipped }),
        );
        return;
      }
      console.log("train   val  test  class");
      for (const { className, ...count } of made.counts) {
        const cells = [count.train, count.val, count.test].map((videos) => String(videos).padStart(5));
        console.log(`${cells.join(" ")}  ${className}`);
      }
      for (const warning of made.warnings) console.log(`note: ${warning}`);
      console.log(`${made.scan.videos.length} videos, ${made.counts.length} classes: ${made.dataset.folder}`);
    });
}

interface GeneratedOptions {
  readonly root?: string;
  readonly seed: string;
  readonly jobs: string;
  readonly manifestsOnly?: boolean;
}

function registerNewGenerated(data: Command): void {
  data
    .command("new-generated")
    .argument("<name>", "ucf-like, hmdb-like, kinetics-like, mini-kinetics-like, or all")
    .option("--root <folder>", "make <folder>/<name>; default: the data folder")
    .option("--seed <number>", "names the whole draw", "0")
    .option("--jobs <count>", "processes", "2")
    .option("--manifests-only", "write the manifests and no video")
    .description("draw and encode a generated dataset; what is there already is kept")
    .action(async (name: string, options: GeneratedOptions) => {
      const { generateDatasets } = await import("../data/generated/generate.js");
      const { dataFolder } = await import("../data/manifest-find.js");
      const { progressLine } = await import("./progress-line.js");
      const numbers = await import("./numbers.js");
      const line = progressLine();
      const folders = await generateDatasets(name, options.root ?? dataFolder(), {
        seed: numbers.seed("--seed", options.seed),
        jobs: numbers.count("--jobs", options.jobs),
        manifestsOnly: options.manifestsOnly ?? false,
        onProgress: (which, done, total) => line.show(`${which}: ${done}/${total} videos`),
      });
      line.clear();
      for (const folder of folders) console.log(folder);
    });
}
