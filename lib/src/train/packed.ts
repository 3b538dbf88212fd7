/**
 * Small parameters side by side in one array a group. AdamW works value by value, so that the update of a packed array is that of its
 * parts, bit for bit; but it is a dozen operators for all of them instead of a dozen for each, and a model has hundreds.
 */
import { type Tensor, tf } from "../nn/array.js";
import type { HostTensor } from "../weights/tensors.js";
import type { ParamGroup } from "./adamw.js";
import type { HostRecord } from "./state.js";
import type { TensorRecord } from "./step.js";

/** Parameters of at most so many values are packed: copying a larger one costs more than its operators. */
const SMALL = 65_536;

interface Part {
  readonly name: string;
  readonly shape: readonly number[];
  readonly size: number;
}

export class Packing {
  /** The groups with the packed arrays' names in the place of their parts'. */
  readonly groups: readonly ParamGroup[];
  private readonly packs = new Map<string, readonly Part[]>();

  /** `shapes`: of every parameter of the groups. */
  constructor(groups: readonly ParamGroup[], shapes: Readonly<Record<string, Pick<HostTensor, "shape">>>) {
    this.groups = groups.map((group, index) => {
      const parts = group.names.map((name): Part => {
        const { shape } = shapes[name]!;
        return { name, shape, size: shape.reduce((product, length) => product * length, 1) };
      });
      const small = parts.filter(({ size }) => size <= SMALL);
      if (small.length < 2) return group;
      const pack = `packed ${index}`;
      this.packs.set(pack, small);
      const others = parts.filter(({ size }) => size > SMALL).map(({ name }) => name);
      return { ...group, names: [...others, pack] };
    });
  }

  /** Named values, packed; those that are not small are the same objects. */
  pack(record: HostRecord): HostRecord {
    const arrays = [...this.packs].map(([pack, parts]) => {
      const data = new Float32Array(parts.reduce((sum, { size }) => sum + size, 0));
      let at = 0;
      for (const { name, size } of parts) {
        data.set(record[name]!.data, at);
        at += size;
      }
      return [pack, { dtype: "F32", shape: [data.length], data }] as const;
    });
    return { ...this.unpacked(record), ...Object.fromEntries(arrays) };
  }

  /** What `pack` packed, by its names again. */
  unpack(record: HostRecord): HostRecord {
    const values: Record<string, HostTensor> = {};
    for (const { names } of this.groups) {
      for (const name of names) {
        let at = 0;
        for (const part of this.packs.get(name) ?? []) {
          const data = record[name]!.data.slice(at, at + part.size);
          values[part.name] = { dtype: "F32", shape: part.shape, data };
          at += part.size;
        }
        if (!this.packs.has(name)) values[name] = record[name]!;
      }
    }
    return values;
  }

  /** As `pack`, on tensors. */
  packTensors(record: Readonly<TensorRecord>): TensorRecord {
    const arrays = [...this.packs].map(([pack, parts]): [string, Tensor] => {
      return [pack, tf.concat(parts.map(({ name }) => tf.reshape(record[name]!, [-1])))];
    });
    return { ...this.unpacked(record), ...Object.fromEntries(arrays) };
  }

  /** As `unpack`, on tensors. */
  unpackTensors(record: Readonly<TensorRecord>): TensorRecord {
    const parts = [...this.packs].flatMap(([pack, own]) => {
      const sizes = own.map(({ size }) => size);
      const slices = tf.split(record[pack]!, sizes);
      return own.map(({ name, shape }, at): [string, Tensor] => [name, tf.reshape(slices[at]!, [...shape])]);
    });
    const others = Object.entries(record).filter(([name]) => !this.packs.has(name));
    return Object.fromEntries([...others, ...parts]);
  }

  /** The entries that are not small, in the groups' order. */
  private unpacked<T>(record: Readonly<Record<string, T>>): Record<string, T> {
    const names = this.groups.flatMap((group) => group.names.filter((name) => !this.packs.has(name)));
    return Object.fromEntries(names.map((name) => [name, record[name]!]));
  }
}
