/** An optimiser reference case: AdamW under the official groups and schedule, step by step, from given gradients. */
import { UserError } from "../errors.js";
import { type Tensor, tf, tidy } from "../nn/array.js";
import { type AdamwState, adamwInit, adamwStep, adamwUpdate, type ParamGroup } from "../train/adamw.js";
import { learningRate, type Schedule } from "../train/schedule.js";
import { toHost, toTensor } from "../weights/load.js";
import type { HostTensor } from "../weights/safetensors.js";
import { needTensors, type ParityCase, type Recomputed } from "./case.js";

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

/** Recomputes `after_step.<step>.<name>` and `final.<name>`; frozen parameters stay as they were. */
export async function recomputeAdamw(parityCase: ParityCase): Promise<Recomputed> {
  const { groups, schedule } = optimiserOf(parityCase);
  const inputs = await needTensors(parityCase.dir, "inputs");
  const outputs = new Map<string, HostTensor>();
  let params: Record<string, Tensor> = {};
  for (const [name, host] of inputs) {
    if (name.startsWith("init.")) params[name.slice("init.".length)] = toTensor(host);
  }
  let state: AdamwState = adamwInit(params);
  for (let step = 0; step < schedule.steps; step++) {
    const next = tidy(() => {
      const grads: Record<string, Tensor> = {};
      for (const name of groups.flatMap((group) => group.names)) {
        const grad = inputs.get(`grad.${step}.${name}`);
        if (!grad) throw new UserError(`${parityCase.dir}: inputs lack "grad.${step}.${name}"`);
        grads[name] = toTensor(grad);
      }
      const lrs = groups.map((group) => learningRate(schedule, group.lr, step));
      return adamwUpdate(groups, params, grads, state, adamwStep(step, lrs));
    });
    for (const name of Object.keys(next.params)) tf.dispose([params[name]!, state.m[name]!, state.v[name]!]);
    params = { ...params, ...next.params };
    state = { m: { ...state.m, ...next.state.m }, v: { ...state.v, ...next.state.v } };
    for (const [name, value] of Object.entries(params)) outputs.set(`after_step.${step}.${name}`, await toHost(value));
  }
  for (const [name, value] of Object.entries(params)) outputs.set(`final.${name}`, await toHost(value));
  tf.dispose([params, state.m, state.v]);
  return { outputs };
}
