/**
 * The training loop: a generator that yields every step, so that callers log, checkpoint and stop as they like. What it does
 * depends on the start state and the step number alone; it therefore continues bit for bit from a saved state.
 */
import { UserError } from "../errors.js";
import { tf, tidy } from "../nn/array.js";
import { type AdamwState, adamwInit, adamwStep, type ParamGroup } from "./adamw.js";
import { learningRate, type Schedule } from "./schedule.js";
import { type LossOf, type TensorRecord, trainingStep } from "./step.js";

/** All that changes while training. The tensors are owned by the holder of the state. */
export interface TrainState {
  /** Steps taken. */
  readonly step: number;
  readonly params: TensorRecord;
  readonly moments: { readonly m: TensorRecord; readonly v: TensorRecord };
}

export interface Problem<Batch> {
  readonly lossOf: LossOf<Batch>;
  readonly groups: readonly ParamGroup[];
  readonly schedule: Schedule;
  readonly stepsPerEpoch: number;
  /** The batch of step `step` (0-based, over the whole run); a function of `step` alone. Disposed by the loop. */
  readonly batchAt: (step: number) => Batch | Promise<Batch>;
  readonly disposeBatch: (batch: Batch) => void;
}

export interface StepEvent {
  /** Steps taken, this one included. */
  readonly step: number;
  readonly steps: number;
  /** 0-based. */
  readonly epoch: number;
  readonly endsEpoch: boolean;
  readonly loss: number;
  /** Learning rate of the first group. */
  readonly lr: number;
  /** State after the step; valid until the next step is asked for. */
  readonly state: TrainState;
}

/** A fresh state around trained parameters, which it takes over. */
export function startState(params: TensorRecord): TrainState {
  const moments: AdamwState = adamwInit(params);
  return { step: 0, params, moments: { m: { ...moments.m }, v: { ...moments.v } } };
}

export function disposeState({ params, moments }: TrainState): void {
  tf.dispose([params, moments.m, moments.v]);
}

/**
 * Trains from `start` (whose tensors it takes over and frees) to the schedule's end; returns the final state, owned by the
 * caller. Throws a UserError at the first loss that is not finite, and an AbortError when the signal fires.
 */
export async function* train<Batch>(
  problem: Problem<Batch>,
  start: TrainState,
  signal?: AbortSignal,
): AsyncGenerator<StepEvent, TrainState> {
  const { groups, schedule, stepsPerEpoch } = problem;
  const update = trainingStep(problem.lossOf, groups);
  let state = start;
  while (state.step < schedule.steps) {
    signal?.throwIfAborted();
    const { step } = state;
    const lrs = groups.map((group) => learningRate(schedule, group.lr, step));
    const batch = await problem.batchAt(step);
    const next = tidy(() => update(state.params, state.moments, batch, adamwStep(step, lrs)));
    problem.disposeBatch(batch);
    const loss = (await next.loss.data())[0]!;
    next.loss.dispose();
    if (!Number.isFinite(loss)) {
      tf.dispose([next.params, next.state.m, next.state.v]);
      disposeState(state);
      throw new UserError(
        `training stopped: the loss is ${loss} at step ${step + 1} of ${schedule.steps} (learning rate ${lrs[0]}); ` +
          "lower the learning rate or look for damaged input",
      );
    }
    disposeState(state);
    state = { step: step + 1, params: next.params, moments: next.state };
    yield {
      step: state.step,
      steps: schedule.steps,
      epoch: Math.floor(step / stepsPerEpoch),
      endsEpoch: state.step % stepsPerEpoch === 0,
      loss,
      lr: lrs[0] ?? 0,
      state,
    };
  }
  return state;
}
