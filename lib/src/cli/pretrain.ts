import type { Register } from "./main.js";

/** `vghif pretrain --out DIR`: pre-trains the small model of scale smoke on drawn, captioned frames. */
export const register: Register = (program) => {
  program
    .command("pretrain")
    .requiredOption("--out <folder>", "where model.safetensors and record.json go")
    .option("--steps <count>", "optimiser steps")
    .option("--batch <count>", "image-caption pairs a step")
    .option("--seed <number>", "names the stream of frames and the start values")
    .description("pre-train the small CLIP of scale smoke; an interrupted run goes on from its last checkpoint")
    .action(async (given: { out: string; steps?: string; batch?: string; seed?: string }) => {
      const { PRETRAIN_DEFAULTS, SMOKE_CLIP_CONFIG } = await import("../train/pretrain-options.js");
      const { pretrain } = await import("../train/pretrain-run.js");
      const { count } = await import("./numbers.js");
      const options = {
        ...PRETRAIN_DEFAULTS,
        ...(given.steps ? { steps: count("--steps", given.steps) } : {}),
        ...(given.batch ? { batch: count("--batch", given.batch) } : {}),
        ...(given.seed ? { seed: count("--seed", given.seed) } : {}),
      };
      const started = Date.now();
      let said = 0;
      const file = await pretrain(given.out, SMOKE_CLIP_CONFIG, options, {
        onProgress: ({ step, steps, loss }) => {
          if (Date.now() - said < 5000 && step < steps) return;
          said = Date.now();
          console.error(
            `pretrain: step ${step}/${steps}, loss ${loss.toFixed(3)}, ${Math.round((said - started) / 1000)} s`,
          );
        },
      });
      console.log(file);
    });
};
