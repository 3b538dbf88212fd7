/** `vghif data new-generated`: the datasets that the project draws. */
import type { Command } from "commander";

interface GeneratedOptions {
  readonly root?: string;
  readonly seed: string;
  readonly jobs: string;
  readonly manifestsOnly?: boolean;
}

export function registerNewGenerated(data: Command): void {
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
