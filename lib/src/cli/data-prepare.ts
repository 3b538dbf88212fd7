/** `vghif data prepare`. */
import type { Command } from "commander";

interface PrepareTexts {
  readonly root?: string;
  readonly lists?: string;
  readonly deep?: boolean;
  readonly jobs?: string;
  readonly json?: boolean;
}

export function registerPrepare(data: Command): void {
  data
    .command("prepare")
    .argument(
      "<dataset>",
      "kinetics-400, mini-kinetics-200, hmdb51, ucf101 (all splits), or any dataset that has a manifest",
    )
    .option("--root <folder>", "where its videos are, in any layout; default: the dataset's own folder")
    .option("--lists <folder>", "where the official lists are; default: below the root, else the data folder")
    .option("--deep", "decode every frame, for frame counts and damaged videos")
    .option("--jobs <count>", "processes; default: one a core, at most 8")
    .option("--json", "print JSON")
    .description("find a dataset's videos, match them to its lists, read them once, report, and write the index")
    .action(async (name: string, { root, lists, deep, jobs, json }: PrepareTexts) => {
      const { prepareVideos } = await import("../data/prepare/prepare.js");
      const { untilInterrupted } = await import("./interrupt.js");
      const numbers = await import("./numbers.js");
      const { progressOn } = await import("./progress.js");
      const { preparedLines } = await import("./data-lines.js");
      const progress = progressOn();
      const options = {
        ...(root === undefined ? {} : { root }),
        ...(lists === undefined ? {} : { lists }),
        ...(jobs === undefined ? {} : { jobs: numbers.count("--jobs", jobs) }),
        deep: deep ?? false,
        onProgress: (what: string, done: number, total: number) =>
          what === "searching"
            ? progress.show(`${name}: searching`, 0, 1, `${done} videos`)
            : progress.show(`${name}: reading`, done, total),
      };
      const report = await untilInterrupted(
        (signal) => prepareVideos(name, { ...options, signal }),
        "what was read is kept: run the same command again",
      ).finally(() => progress.stop());
      if (report === null) return;
      if (json) console.log(JSON.stringify(report));
      else for (const line of preparedLines(report)) console.log(line);
      if (report.found === 0) process.exitCode = 1;
    });
}
