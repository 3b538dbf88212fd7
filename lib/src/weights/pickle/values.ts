/** Python values as data: what a pickle can describe here. Nothing of it is code, and nothing of it runs. */
import type { Dtype } from "../tensors.js";

export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Value[]
  | Tuple
  | Dict
  | Global
  | Opaque
  | Storage
  | TorchTensor;

export class Tuple {
  constructor(readonly items: readonly Value[]) {}
}

/** A dict of any kind (plain, ordered, default); keys that are tuples or objects are kept by identity. */
export class Dict {
  readonly entries = new Map<Value, Value>();
}

/** A class or function by its full name, from the allow-list; it is never called. */
export class Global {
  constructor(readonly name: string) {}
}

/** An object of a class that is known and does not matter (a configuration, a path, a scalar), or a TorchScript module. */
export class Opaque {
  /** What its own state would be set to. */
  state: Value = null;
  /** Items set on it, where its class is a kind of dict. */
  readonly items = new Dict();

  constructor(
    readonly type: string,
    readonly args: readonly Value[],
  ) {}
}

/** A flat run of numbers in the file, by its key. */
export class Storage {
  constructor(
    readonly key: string,
    readonly dtype: Dtype,
    /** Elements. */
    readonly numel: number,
    /** First element within the stored run: only views of the oldest formats begin later than 0. */
    readonly begin = 0,
  ) {}
}

/** A view of a storage. */
export class TorchTensor {
  constructor(
    readonly storage: Storage,
    /** First element, in elements from the storage's begin. */
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

/** A text for an error message about a value. */
export function describe(value: Value): string {
  if (value === null) return "None";
  if (typeof value === "string") return JSON.stringify(value.slice(0, 60));
  if (typeof value === "object") {
    if (value instanceof Global) return value.name;
    if (value instanceof Opaque) return `a ${value.type}`;
    return Array.isArray(value) ? "a list" : `a ${value.constructor.name.toLowerCase()}`;
  }
  return String(value);
}
