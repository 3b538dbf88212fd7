/** All that changes while training, as plain values: what is saved, resumed, and handed on. */
import { type Params, type Tensor, tf } from "../nn/array.js";
import { toHost, toTensor } from "../weights/load.js";
import type { HostTensor } from "../weights/safetensors.js";
import type { LossScale } from "./loss-scale.js";

/** Tensors by parameter name, off the backend. */
export type HostRecord = Readonly<Record<string, HostTensor>>;

export interface TrainState {
  /** Optimiser steps taken. */
  readonly step: number;
  readonly params: HostRecord;
  /** AdamW's first and second moments. */
  readonly m: HostRecord;
  readonly v: HostRecord;
  /** Only of a training in 16 bits. */
  readonly lossScale?: LossScale;
}

/** The state before the first step; `params` stay the caller's. */
export async function startState(params: Params): Promise<TrainState> {
  const values = await toHostRecord(params);
  return { step: 0, params: values, m: zeros(values), v: zeros(values) };
}

/** Zeros of the same names and shapes. */
export function zeros(like: HostRecord): HostRecord {
  const entries = Object.entries(like).map(([name, { shape, data }]) => [
    name,
    { dtype: "F32", shape, data: new Float32Array(data.length) },
  ]);
  return Object.fromEntries(entries) as HostRecord;
}

export async function toHostRecord(tensors: Params): Promise<HostRecord> {
  const record: Record<string, HostTensor> = {};
  for (const [name, tensor] of Object.entries(tensors)) record[name] = await toHost(tensor);
  return record;
}

/** The record on the backend; owned by the caller. */
export function toTensorRecord(record: HostRecord): Record<string, Tensor> {
  return tf.tidy(() =>
    Object.fromEntries(Object.entries(record).map(([name, host]) => [name, toTensor(host)])),
  ) as Record<string, Tensor>;
}
