/**
 * What the main thread and the thread of the sessions say to each other. Arrays live in that thread under numbers: large
 * constants, parameters, optimiser state. A binding says once where a program's inputs come from and where its outputs go,
 * so that a run sends nothing but the given inputs, packed into one buffer which comes back with the answer.
 */
import type { Device } from "./device.js";

export type Kind = "float32" | "int32" | "bool";
export type HostData = Float32Array | Int32Array | Uint8Array;

export const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

export interface Spec {
  readonly dtype: Kind;
  readonly shape: readonly number[];
}

/** A value by the name that it has in the model. */
export interface Port extends Spec {
  readonly name: string;
}

/** A given input and its place in the packed buffer, in bytes. */
export interface Slot extends Port {
  readonly offset: number;
}

/** An output that becomes the kept array `id`. */
export interface KeptOutput extends Port {
  readonly id: number;
  /** Whether it may be written over the array's own values while the program runs. */
  readonly inPlace: boolean;
}

export interface Binding {
  readonly given: readonly Slot[];
  /** Kept arrays by the inputs' names. */
  readonly kept: ReadonlyMap<string, number>;
  readonly into: readonly KeptOutput[];
  /** Outputs that are sent back, in this order. */
  readonly wanted: readonly Port[];
}

export type Order =
  | { readonly type: "keep"; readonly id: number; readonly device: Device; readonly array: Spec & { data: HostData } }
  | { readonly type: "drop"; readonly ids: readonly number[] }
  | {
      readonly type: "fetch";
      readonly ids: readonly number[];
      /** The arrays themselves are sent, and kept no longer; else copies. */
      readonly take: boolean;
    }
  | {
      readonly type: "load";
      readonly program: number;
      readonly model: Uint8Array;
      readonly device: Device;
      readonly threads: number;
      /** Names of outputs that stay on the device. */
      readonly resident: readonly string[];
    }
  | { readonly type: "bind"; readonly program: number; readonly binding: number; readonly ports: Binding }
  | { readonly type: "unbind"; readonly bindings: readonly number[] }
  | { readonly type: "run"; readonly binding: number; readonly given: ArrayBuffer }
  | { readonly type: "unload"; readonly program: number };

/** What each order is answered with. */
export interface Answers {
  keep: undefined;
  drop: undefined;
  fetch: HostData[];
  load: undefined;
  bind: undefined;
  unbind: undefined;
  run: { readonly given: ArrayBuffer; readonly outputs: HostData[] };
  unload: undefined;
}

export interface Numbered {
  readonly number: number;
  readonly order: Order;
}

export type Answer =
  | { readonly number: number; readonly ok: true; readonly result: Answers[Order["type"]] }
  | { readonly number: number; readonly ok: false; readonly message: string };

/** What the thread is started with: one word of shared memory that says whether native code runs in it. */
export interface Start {
  readonly state: Int32Array;
}

export const STATE = { idle: 0, running: 1, closing: 2 } as const;

export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);
