/** An optimiser reference case: AdamW under the official groups and schedule, step by step, from given gradients. */

import type { Value } from "../engine/compile/tree.js";
import { UserError } from "../errors.js";
import { type Tensor, tf } from "../nn/array.js";
import { type AdamwState, type AdamwStep, adamwStep, adamwUpdate, type ParamGroup } from "../train/adamw.js";
import { learningRate, type Schedule } from "../train/schedule.js";
import type { HostTensor } from "../weights/safetensors.js";
import { needTensors, type ParityCase, type Recomputed } from "./case.js";
import { computation, hostsOf, type Mode } from "./compute.js";

interface OfficialGroup {
  readonly params: readonly string[];
  readonly weight_decay: number;
  readonly base_lr: number;
}

/** The parameter groups and the schedule that a case's config.json states. */
export function optimiserOf({ dir, config }: ParityCase): { groups: ParamGroup[]; schedule: Schedule } {
  const official = config.groups;
  const { num_steps: steps, warmup_steps: warmupSteps, lr_min: minLr } = config;
  if (!Array.isArray(official) || typeof steps !== "number") {
    throw new UserError(`${dir}: config.json needs "groups" and "num_steps"`);
  }
  const groups = (official as OfficialGroup[]).map((group) => ({
    names: group.params,
    lr: group.base_lr,
    weightDecay: group.weight_decay,
  }));
  return { groups, schedule: { steps, warmupSteps: Number(warmupSteps ?? 0), minLr: Number(minLr ?? 0) } };
}

interface StepInputs {
  readonly params: Readonly<Record<string, Tensor>>;
  readonly grads: Readonly<Record<string, Tensor>>;
  readonly state: AdamwState;
  readonly step: AdamwStep;
}

/** Recomputes `after_step.<step>.<name>` and `final.<name>`; frozen parameters stay as they were. */
export async function recomputeAdamw(parityCase: ParityCase, mode: Mode): Promise<Recomputed> {
  const { groups, schedule } = optimiserOf(parityCase);
  const inputs = await needTensors(parityCase.dir, "inputs");
  const update = computation(({ params, grads, state, step }: StepInputs) => {
    const next = adamwUpdate(groups, params, grads, state, step);
    const moments = { m: { ...state.m, ...next.state.m }, v: { ...state.v, ...next.state.v } };
    return { params: { ...params, ...next.params }, state: moments };
  }, mode);

  const initial = [...inputs].filter(([name]) => name.startsWith("init."));
  let params: Record<string, Value> = Object.fromEntries(initial.map(([name, host]) => [name.slice(5), host]));
  let state = { m: zerosLike(params), v: zerosLike(params) };
  const outputs = new Map<string, HostTensor>();
  const note = (prefix: string): void => {
    for (const [name, host] of hostsOf(params)) outputs.set(`${prefix}.${name}`, host);
  };
  for (let step = 0; step < schedule.steps; step++) {
    const grads: Record<string, Value> = {};
    for (const name of groups.flatMap((group) => group.names)) {
      const grad = inputs.get(`grad.${step}.${name}`);
      if (!grad) throw new UserError(`${parityCase.dir}: inputs lack "grad.${step}.${name}"`);
      grads[name] = grad;
    }
    const scalars = adamwStep(
      step,
      groups.map((group) => learningRate(schedule, group.lr, step)),
    );
    ({ params, state } = await update.run({ params, grads, state, step: scalars }));
    tf.dispose([...scalars.lrs, scalars.correction1, scalars.correction2]);
    note(`after_step.${step}`);
  }
  note("final");
  await update.release();
  return { outputs };
}

function zerosLike(values: Readonly<Record<string, Value>>): Record<string, Value> {
  const zeros = ({ data, shape }: Value): Value => ({ data: new Float32Array(data.length), shape });
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, zeros(value)]));
}
