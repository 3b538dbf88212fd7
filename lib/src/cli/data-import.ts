import type { Command } from "commander";

interface ImportOptions {
  readonly lists: string;
  readonly json?: boolean;
}

/** `vghif data import DATASET --lists FOLDER`: the official lists of a real dataset become manifests. */
export function registerImport(data: Command): void {
  data
    .command("import")
    .argument("<dataset>", "kinetics-400, mini-kinetics-200, hmdb51 or ucf101")
    .requiredOption("--lists <folder>", "a folder with its official lists, anywhere below it")
    .option("--json", "print JSON")
    .description("make manifests from the official lists of a real dataset; its videos need not be here")
    .action(async (dataset: string, { lists, json = false }: ImportOptions) => {
      const { importOfficial } = await import("../data/official/import.js");
      const { officialName, storeImport } = await import("../data/official/store.js");
      const { untilInterrupted } = await import("./interrupt.js");
      const name = officialName(dataset);
      const work = (signal: AbortSignal) => importOfficial(name, lists, { signal });
      const imported = await untilInterrupted(work, "nothing was written");
      if (imported === null) return;
      const folders = storeImport(imported);
      const made = imported.datasets.map(({ name, splits, fewShot = {} }, at) => ({
        name,
        folder: folders[at] as string,
        splits: counts(splits),
        fewShot: counts(fewShot),
      }));
      const { files, notes, warnings } = imported;
      if (json) {
        console.log(JSON.stringify({ datasets: made, files, notes, warnings }));
        return;
      }
      for (const { name, folder, splits, fewShot } of made) {
        const sizes = Object.entries({ ...splits, ...fewShot }).map(([list, videos]) => `${videos} ${list}`);
        console.log(`${name}: ${sizes.join(", ")}: ${folder}`);
      }
      for (const note of notes) console.log(`note: ${note}`);
      for (const warning of warnings) console.log(`warning: ${warning}`);
    });
}

function counts(lists: Readonly<Record<string, readonly unknown[]>>): Record<string, number> {
  return Object.fromEntries(Object.entries(lists).map(([name, samples]) => [name, samples.length]));
}
