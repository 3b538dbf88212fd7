import { Option } from "commander";
import type { RunSpec } from "../experiments/spec.js";
import type { Register } from "./main.js";

const MODELS: readonly RunSpec["model"][] = ["clip", "xclip", "vificlip", "actionclip"];

/** `vghif few-shot DATASET`: baseline against +VgHIF on any dataset, real clips of the user's own among them. */
export const register: Register = (program) => {
  program
    .command("few-shot")
    .argument(
      "<dataset>",
      "a dataset's name, or its folder; make one with: vghif data new NAME --from FOLDER-OF-CLASSES",
    )
    .option("--shots <list>", "training videos a class, separated by commas", "2,4")
    .option("--seeds <count>", "repetitions, each with its own draw of videos", "3")
    .addOption(new Option("--model <family>", "the baseline").choices(MODELS).default("clip"))
    .option("--weights <name>", "smoke-clip, an official name, or any checkpoint file")
    .addOption(new Option("--lists <whose>", "published few-shot lists of an imported dataset").choices(["vifi-clip"]))
    .option("--jobs <count>", "worker processes; default: the number of cores")
    .option("--json", "print the numbers as JSON")
    .description("train and compare the baseline and its VgHIF twin with a few videos a class")
    .action(async (dataset: string, options: FewShotOptions) => {
      const { fewShotOn } = await import("../experiments/few-shot-on.js");
      const { openStore } = await import("../experiments/store.js");
      const { count } = await import("./numbers.js");
      const { jobsOf, printTables, runTables } = await import("./run-tables.js");
      const shots = options.shots.split(",").map((text) => count("--shots", text.trim()));
      const seeds = count("--seeds", options.seeds);
      const table = fewShotOn(dataset, shots, seeds, options.weights, options.model, options.lists);
      const results = await runTables([table], "smoke", openStore(), jobsOf(options.jobs));
      if (results !== null) await printTables(results, options.json ?? false);
    });
};

interface FewShotOptions {
  readonly shots: string;
  readonly seeds: string;
  readonly model: RunSpec["model"];
  readonly weights?: string;
  readonly lists?: NonNullable<RunSpec["fewShotLists"]>;
  readonly jobs?: string;
  readonly json?: boolean;
}
