/** A training state on disk: one safetensors file, written atomically; resuming from it continues bit for bit. */
import { UserError } from "../errors.js";
import { type HostTensor, openSafetensors, writeSafetensors } from "../weights/safetensors.js";
import type { LossScale } from "./loss-scale.js";
import type { TrainState } from "./state.js";

const PARTS = ["params", "m", "v"] as const;

/**
 * Saves a state; `run` names what is being trained, and only the same run may resume from it. `notes` are kept beside it.
 */
export async function saveCheckpoint(file: string, state: TrainState, run: string, notes = ""): Promise<void> {
  const tensors = new Map<string, HostTensor>();
  for (const part of PARTS) {
    for (const [name, tensor] of Object.entries(state[part])) tensors.set(`${part}:${name}`, tensor);
  }
  const lossScale = state.lossScale ? { loss_scale: JSON.stringify(state.lossScale) } : {};
  await writeSafetensors(file, tensors, { metadata: { step: String(state.step), run, notes, ...lossScale } });
}

/** Loads a state saved for the same run; throws a UserError where the file is damaged or of another run. */
export async function loadCheckpoint(file: string, run: string): Promise<{ state: TrainState; notes: string }> {
  const source = await openSafetensors(file);
  try {
    const step = Number(source.metadata.step);
    if (!Number.isInteger(step)) throw new UserError(`${file} is not a training checkpoint: it has no step`);
    if (source.metadata.run !== run) {
      throw new UserError(`${file} belongs to another run (${source.metadata.run}); remove it or resume that one`);
    }
    const state = { params: {}, m: {}, v: {} } as Record<(typeof PARTS)[number], Record<string, HostTensor>>;
    for (const key of source.entries.keys()) {
      const part = PARTS.find((candidate) => key.startsWith(`${candidate}:`));
      if (!part) throw new UserError(`${file}: unexpected tensor "${key}" in a training checkpoint`);
      state[part][key.slice(part.length + 1)] = await source.read(key);
    }
    const scale = source.metadata.loss_scale;
    const lossScale = scale === undefined ? {} : { lossScale: parsedScale(scale, file) };
    return { state: { step, ...state, ...lossScale }, notes: source.metadata.notes ?? "" };
  } finally {
    await source.close();
  }
}

function parsedScale(text: string, file: string): LossScale {
  try {
    return JSON.parse(text) as LossScale;
  } catch {
    throw new UserError(`${file} is damaged: its loss scale is "${text}"`);
  }
}
