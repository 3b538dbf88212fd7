/**
 * The training loop: a generator that yields every step, so that callers log, checkpoint and stop as they like. What it does
 * depends on the start state and the step number alone; it therefore continues bit for bit from a saved state.
 */
import type { HalfType } from "../engine/compile/graph.js";
import { checkPrecision } from "../engine/compile/passes/precision.js";
import { compiles, programDevice } from "../engine/index.js";
import { UserError } from "../errors.js";
import { accumulatedStep, compiledAccumulator, eagerAccumulator, type MicroBatch } from "./accumulate.js";
import type { ParamGroup } from "./adamw.js";
import { compiledExecutor, type Executor, eagerExecutor } from "./executor.js";
import type { LossScale } from "./loss-scale.js";
import { learningRate, type Schedule } from "./schedule.js";
import type { TrainState } from "./state.js";
import type { LossOf } from "./step.js";

export interface Problem<Batch> {
  readonly lossOf: LossOf<Batch>;
  readonly groups: readonly ParamGroup[];
  readonly schedule: Schedule;
  readonly stepsPerEpoch: number;
  /** The batch of step `step` (0-based, over the whole run); a function of `step` alone. Disposed by the loop. */
  readonly batchAt: (step: number) => Batch | Promise<Batch>;
  /**
   * The same batch in parts, in place of `batchAt`, for less memory: their gradients are accumulated and the step is taken
   * once. The loss must be a mean over the batch's examples. Default: the batch is taken at once.
   */
  readonly microBatchesAt?: (step: number) => readonly MicroBatch<Batch>[];
  readonly disposeBatch: (batch: Batch) => void;
}

export interface StepEvent {
  /** Steps taken, this one included. */
  readonly step: number;
  readonly steps: number;
  /** 0-based. */
  readonly epoch: number;
  readonly endsEpoch: boolean;
  /** Before the step's update. */
  readonly loss: number;
  /** Learning rate of the first group. */
  readonly lr: number;
  /** After the step; only of a training in 16 bits. */
  readonly lossScale?: LossScale;
  /** The state after this step, copied; to be asked for before the next step. */
  readonly snapshot: () => Promise<TrainState>;
}

export interface TrainOptions {
  /** Whether steps run compiled. Default: where the engine compiles. */
  readonly compiled?: boolean;
  /** What the compiled steps' products are computed in, under a loss scale. Default: float32, without one. */
  readonly precision?: HalfType;
  /** Whether compiled steps take over the start state's arrays, which are then empty, instead of copying them. Default: no. */
  readonly handOver?: boolean;
  readonly signal?: AbortSignal;
}

/**
 * Trains from `start` to the schedule's end and returns the final state. Throws a UserError at the first loss that is not
 * finite and for a precision that cannot be had here, and an AbortError when the signal fires.
 */
export async function* train<Batch extends object>(
  problem: Problem<Batch>,
  start: TrainState,
  options: TrainOptions = {},
): AsyncGenerator<StepEvent, TrainState> {
  const { groups, schedule, stepsPerEpoch } = problem;
  const { compiled = compiles(), precision, signal } = options;
  if (precision) checkTrainingPrecision(precision, compiled);
  const steps = stepsOf(problem, start, { ...options, compiled });
  try {
    for (let { step } = start; step < schedule.steps; step++) {
      signal?.throwIfAborted();
      const lrs = groups.map((group) => learningRate(schedule, group.lr, step));
      const loss = await steps.take(step, lrs);
      if (!Number.isFinite(loss)) {
        throw new UserError(
          `training stopped: the loss is ${loss} at step ${step + 1} of ${schedule.steps} (learning rate ${lrs[0]}); ` +
            "lower the learning rate or look for damaged input",
        );
      }
      yield {
        step: step + 1,
        steps: schedule.steps,
        epoch: Math.floor(step / stepsPerEpoch),
        endsEpoch: (step + 1) % stepsPerEpoch === 0,
        loss,
        lr: lrs[0] ?? 0,
        ...(precision ? { lossScale: steps.lossScale()! } : {}),
        snapshot: async () => ({ step: step + 1, ...(await steps.snapshot()) }),
      };
    }
    return { step: Math.max(start.step, schedule.steps), ...(await steps.snapshot(true)) };
  } finally {
    await steps.dispose();
  }
}

/** Takes steps, on whole batches or in parts. */
interface Steps extends Omit<Executor<never>, "run"> {
  /** Returns the mean loss over the step's batch, before the update. */
  take(step: number, lrs: readonly number[]): Promise<number>;
}

function stepsOf<Batch extends object>(
  { lossOf, groups, batchAt, microBatchesAt, disposeBatch }: Problem<Batch>,
  start: TrainState,
  { compiled, precision, handOver, signal }: TrainOptions,
): Steps {
  const options = { precision, handOver };
  if (microBatchesAt) {
    const accumulator = compiled
      ? compiledAccumulator(lossOf, groups, start, options)
      : eagerAccumulator(lossOf, groups, start);
    return {
      ...accumulator,
      take: (step, lrs) => accumulatedStep(accumulator, microBatchesAt(step), disposeBatch, step, lrs, signal),
    };
  }
  const executor = compiled ? compiledExecutor(lossOf, groups, start, options) : eagerExecutor(lossOf, groups, start);
  return {
    ...executor,
    async take(step, lrs) {
      const batch = await batchAt(step);
      try {
        return await executor.run(batch, step, lrs);
      } finally {
        disposeBatch(batch);
      }
    },
  };
}

/** Throws a UserError where training steps cannot run in this precision. */
export function checkTrainingPrecision(precision: HalfType, compiled = compiles()): void {
  if (!compiled) {
    throw new UserError(
      `precision ${precision} needs compiled training steps: leave it out, or set VGHIF_BACKEND to onnx, onnx-webgpu or onnx-cuda`,
    );
  }
  checkPrecision(precision, programDevice());
}
