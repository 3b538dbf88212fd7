import { Option } from "commander";
import type { Spelling } from "../data/class-names.js";
import type { Backbone } from "../experiments/own/choice.js";
import type { Register } from "./main.js";

const MODELS: readonly Backbone[] = ["clip", "xclip", "vificlip"];

/** `vghif train DATASET --out FILE`: a recogniser of a dataset's classes, as one file. */
export const register: Register = (program) => {
  program
    .command("train")
    .argument("<dataset>", "a dataset's name, or its folder; make one with: vghif data new NAME --from FOLDER")
    .requiredOption("--out <file>", "where the recogniser goes: a .safetensors file")
    .addOption(new Option("--model <family>", "the backbone").choices(MODELS).default("clip"))
    .option("--no-vghif", "the backbone alone")
    .option("--weights <name>", "smoke-clip, an official name, or any checkpoint file; default: the scale's")
    .option("--shots <count>", "training videos a class; default: all")
    .option("--seed <number>", "draws the shots and orders the batches", "0")
    .option("--scale <scale>", "smoke (towers frozen) or paper (the official recipe)", "smoke")
    .addOption(new Option("--spelling <how>", "how prompts spell class names").choices(["words", "camel", "snake"]))
    .option("--json", "print the record as JSON")
    .description("train a recogniser and keep it, for vghif predict and vghif export")
    .action(async (dataset: string, options: TrainOptions) => {
      const { recordLine, trainSpec, trainTo } = await import("../experiments/own/train.js");
      const { openStore } = await import("../experiments/store.js");
      const { untilInterrupted } = await import("./interrupt.js");
      const { progressOn } = await import("./progress.js");
      const { count, seed } = await import("./numbers.js");
      const { scaleOf } = await import("./scale.js");
      const { out, model, vghif, weights, shots, spelling } = options;
      const spec = await trainSpec(dataset, {
        model,
        vghif,
        seed: seed("--seed", options.seed),
        scale: scaleOf(options.scale),
        ...(weights === undefined ? {} : { weights }),
        ...(shots === undefined ? {} : { shots: count("--shots", shots) }),
        ...(spelling === undefined ? {} : { spelling }),
      });
      const progress = progressOn();
      const record = await untilInterrupted(
        (signal) =>
          trainTo(out, spec, openStore(), {
            signal,
            onProgress: ({ phase, done, total, note }) => progress.show(phase, done, total, note ?? dataset),
          }).finally(() => progress.stop()),
        "run the same command again to go on",
      );
      if (record === null) return;
      console.log(options.json ? JSON.stringify(record) : `${recordLine(record)}\n${out}`);
    });
};

interface TrainOptions {
  readonly out: string;
  readonly model: Backbone;
  readonly vghif: boolean;
  readonly weights?: string;
  readonly shots?: string;
  readonly seed: string;
  readonly scale: string;
  readonly spelling?: Spelling;
  readonly json?: boolean;
}
