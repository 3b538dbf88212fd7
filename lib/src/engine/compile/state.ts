/** Values that live in the thread of the sessions from step to step, on the device of the programs that change them. */
import { setImmediate } from "node:timers/promises";
import type { Device } from "../session/device.js";
import { type SessionHost, sessionHost } from "../session/host.js";
import type { HostData, Kind, Spec } from "../session/protocol.js";
import type { Value } from "./tree.js";

/** So many bytes are copied before other work of the main thread gets its turn. */
const TURN = 8 * 2 ** 20;

interface Kept {
  readonly host: SessionHost;
  readonly ids: readonly number[];
}

/** States that nobody can reach any more are freed, whether or not they were released. */
const forgotten = new FinalizationRegistry<Kept>(({ host, ids }) => host.tell({ type: "drop", ids }));

export class State {
  private constructor(
    readonly host: SessionHost,
    /** By path. */
    readonly ids: ReadonlyMap<string, number>,
    readonly specs: ReadonlyMap<string, Spec>,
  ) {
    forgotten.register(this, { host, ids: [...ids.values()] }, this);
  }

  /** Copies the values into the thread; with `handOver` gives them away where it can, and they are empty afterwards. */
  static async create(values: ReadonlyMap<string, Value>, device: Device, handOver = false): Promise<State> {
    const host = sessionHost();
    const ids = new Map([...values.keys()].map((path) => [path, host.next()]));
    const specs = [...values].map(([path, { data, shape }]) => [path, { shape, dtype: kindOf(data) }] as const);
    const state = new State(host, ids, new Map(specs));
    const sent: Promise<unknown>[] = [];
    let bytes = 0;
    for (const [path, { data, shape }] of values) {
      const given = handOver && data.byteLength === data.buffer.byteLength;
      const own = given ? data : data.slice();
      bytes += given ? 0 : own.byteLength;
      const array = { dtype: kindOf(own), shape, data: own };
      sent.push(host.ask({ type: "keep", id: ids.get(path)!, device, array }, [own.buffer as ArrayBuffer]));
      if (bytes > TURN) {
        await setImmediate();
        bytes = 0;
      }
    }
    await Promise.all(sent);
    return state;
  }

  /** The values of these paths now, copied; with `take` handed out, and held no longer. */
  async read(paths: readonly string[], take = false): Promise<Map<string, Value>> {
    const arrays = await this.host.ask({ type: "fetch", ids: paths.map((path) => this.ids.get(path)!), take });
    return new Map(paths.map((path, i) => [path, { data: arrays[i]!, shape: this.specs.get(path)!.shape }]));
  }

  /** Frees the values; the state cannot be used any more. */
  release(): void {
    if (forgotten.unregister(this)) this.host.tell({ type: "drop", ids: [...this.ids.values()] });
  }
}

export function kindOf(data: HostData): Kind {
  return data instanceof Float32Array ? "float32" : data instanceof Int32Array ? "int32" : "bool";
}
