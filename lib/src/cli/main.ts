/** `vghif COMMAND`: one file a command beside this one, no logic of its own. */
import { Command, CommanderError } from "commander";
import { messageOf, UsageError, UserError } from "../errors.js";
import { register as bench } from "./bench.js";
import { register as data } from "./data.js";
import { register as devices } from "./devices.js";
import { register as exportOnnx } from "./export.js";
import { register as fewShot } from "./few-shot.js";
import { register as lab } from "./lab.js";
import { register as notebooks } from "./notebooks.js";
import { register as parity } from "./parity.js";
import { register as predict } from "./predict.js";
import { register as pretrain } from "./pretrain.js";
import { register as report } from "./report.js";
import { register as reproduce } from "./reproduce.js";
import { register as run } from "./run.js";
import { register as sweep } from "./sweep.js";
import { register as tokenize } from "./tokenize.js";
import { register as train } from "./train.js";
import { register as weights } from "./weights.js";

/** A command file exports `register`, which adds the command to the program. Heavy imports belong in its action. */
export type Register = (program: Command) => void;

const COMMANDS: readonly Register[] = [
  data,
  devices,
  run,
  reproduce,
  sweep,
  report,
  fewShot,
  train,
  predict,
  exportOnnx,
  notebooks,
  lab,
  tokenize,
  parity,
  pretrain,
  weights,
  bench,
];

/** Runs the command line; returns the exit code: 0 done, 1 the work failed, 2 wrong usage. */
export async function main(argv: readonly string[]): Promise<number> {
  const program = new Command("vghif")
    .description("VgHIF: visual-guided hierarchical iterative fusion for video action recognition")
    .exitOverride()
    .showHelpAfterError();
  for (const register of COMMANDS) register(program);
  try {
    await program.parseAsync([...argv], { from: "user" });
    return typeof process.exitCode === "number" ? process.exitCode : 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof UserError) {
      console.error(`vghif: ${error.message}`);
      return error instanceof UsageError ? 2 : 1;
    }
    console.error(error instanceof Error ? error.stack : messageOf(error));
    return 1;
  }
}
