/** A training state on disk: one safetensors file, written atomically; resuming from it continues bit for bit. */
import { UserError } from "../errors.js";
import { toHost, toTensor } from "../weights/load.js";
import { type HostTensor, openSafetensors, writeSafetensors } from "../weights/safetensors.js";
import type { TrainState } from "./loop.js";
import type { TensorRecord } from "./step.js";

/** Saves a state; `run` names what is being trained, and only the same run may resume from it. */
export async function saveCheckpoint(file: string, state: TrainState, run: string): Promise<void> {
  const tensors = new Map<string, HostTensor>();
  const parts = { param: state.params, m: state.moments.m, v: state.moments.v };
  for (const [part, record] of Object.entries(parts)) {
    for (const [name, tensor] of Object.entries(record)) tensors.set(`${part}:${name}`, await toHost(tensor));
  }
  await writeSafetensors(file, tensors, { metadata: { step: String(state.step), run } });
}

/** Loads a state saved for the same run; throws a UserError where the file is damaged or of another run. */
export async function loadCheckpoint(file: string, run: string): Promise<TrainState> {
  const source = await openSafetensors(file);
  try {
    const step = Number(source.metadata.step);
    if (!Number.isInteger(step)) throw new UserError(`${file} is not a training checkpoint: it has no step`);
    if (source.metadata.run !== run) {
      throw new UserError(`${file} belongs to another run (${source.metadata.run}); remove it or resume that one`);
    }
    const parts: Record<string, TensorRecord> = { param: {}, m: {}, v: {} };
    for (const key of source.entries.keys()) {
      const colon = key.indexOf(":");
      const part = parts[key.slice(0, colon)];
      if (!part) throw new UserError(`${file}: unexpected tensor "${key}" in a training checkpoint`);
      part[key.slice(colon + 1)] = toTensor(await source.read(key));
    }
    return { step, params: parts.param!, moments: { m: parts.m!, v: parts.v! } };
  } finally {
    await source.close();
  }
}
