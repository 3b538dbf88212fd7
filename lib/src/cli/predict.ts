import type { Register } from "./main.js";

/** `vghif predict VIDEO [--labels "a,b,c"|FILE]`: the five best labels with their probabilities. */
export const register: Register = (program) => {
  program
    .command("predict")
    .argument("<video>", "any video file")
    .option(
      "--labels <list>",
      "separated by commas, or a file with one a line; default: what the model was trained with",
    )
    .option("--weights <name>", "smoke-clip, an official name, or any checkpoint file", "smoke-clip")
    .option("--clip-weights <name>", "the CLIP that an official ViFi-CLIP file started from; default: the official one")
    .option(
      "--frames <count>",
      "frames sampled over the video; default: what the model is made for or was trained with, else 8",
    )
    .option("--views <clips x crops>", "average the probabilities of several views, such as 4x3; default: 1x1")
    .option("--view-seed <seed>", "draw the clips' frames by chance, as official testing does; default: equally spaced")
    .option("--template <text>", "prompt around a label, {} is the label; default: as the model was trained, else {}")
    .option("--json", "print JSON")
    .description("classify a video: the five best labels with their probabilities")
    .action(async (video: string, options: PredictOptions) => {
      const { predict } = await import("../evaluate/predict.js");
      const { count, seed } = await import("./numbers.js");
      const { frames, labels, viewSeed, ...others } = options;
      const result = await predict(video, options.labels, {
        ...others,
        ...(frames === undefined ? {} : { frames: count("--frames", frames) }),
        ...(viewSeed === undefined ? {} : { viewSeed: seed("--view-seed", viewSeed) }),
      });
      if (options.json) {
        console.log(JSON.stringify(result));
        return;
      }
      for (const { label, probability } of result.top) {
        console.log(`${(100 * probability).toFixed(1).padStart(5)} %  ${label}`);
      }
      console.log(result.provenance);
    });
};

interface PredictOptions {
  readonly labels?: string;
  readonly weights: string;
  readonly clipWeights?: string;
  readonly frames?: string;
  readonly template?: string;
  readonly views?: string;
  readonly viewSeed?: string;
  readonly json?: boolean;
}
