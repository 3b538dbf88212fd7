/** `vghif data verify`. */
import type { Command } from "commander";

interface VerifyTexts {
  readonly root?: string;
  readonly deep?: boolean;
  readonly jobs?: string;
  readonly json?: boolean;
}

export function registerVerify(data: Command): void {
  data
    .command("verify")
    .argument("<dataset>", "a dataset's name, or the folder of its manifest")
    .option("--root <folder>", "where its videos are; default: where it was prepared")
    .option("--deep", "decode every frame")
    .option("--jobs <count>", "processes that decode; default: one a core, at most 8")
    .option("--json", "print JSON")
    .description("are all videos there and unchanged, and with --deep, do they decode; exit code 1 where not")
    .action(async (name: string, { root, deep, jobs, json }: VerifyTexts) => {
      const { isFlawless, verifyDataset } = await import("../data/manifest-verify.js");
      const { storedLists } = await import("../data/prepare/lists.js");
      const { untilInterrupted } = await import("./interrupt.js");
      const numbers = await import("./numbers.js");
      const { progressOn } = await import("./progress.js");
      const { verificationLines } = await import("./data-lines.js");
      const datasets = storedLists(name);
      const progress = progressOn();
      const found = await untilInterrupted(async (signal) => {
        const all = [];
        for (const dataset of datasets) {
          const options = {
            ...(root === undefined ? {} : { root }),
            ...(jobs === undefined ? {} : { jobs: numbers.count("--jobs", jobs) }),
            deep: deep ?? false,
            signal,
            onProgress: (done: number, total: number) => progress.show(`${dataset.name}: decoding`, done, total),
          };
          all.push(await verifyDataset(dataset, options));
        }
        return all;
      }, "nothing was changed").finally(() => progress.stop());
      if (found === null) return;
      if (json) console.log(JSON.stringify(found.length === 1 ? found[0] : found));
      else for (const one of found) for (const line of verificationLines(one)) console.log(line);
      if (!found.every(isFlawless)) process.exitCode = 1;
    });
}
