/** `vghif data new`: a dataset of one's own videos. */
import type { Command } from "commander";

interface NewOptions {
  readonly from: string;
  readonly seed: string;
  readonly test: string;
  readonly val: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function registerNew(data: Command): void {
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
