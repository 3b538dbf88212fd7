/** Large constants in the thread of the sessions, each once for all the programs that use it. */
import { setImmediate } from "node:timers/promises";
import type { KernelBackend } from "@tensorflow/tfjs-core";
import { tf } from "../../nn/array.js";
import type { Device } from "../session/device.js";
import type { SessionHost } from "../session/host.js";
import type { HostData, Kind } from "../session/protocol.js";
import { ARRAYS, sizeOf } from "../session/protocol.js";
import type { Node } from "./graph.js";

export interface Held {
  readonly id: number;
  readonly shape: readonly number[];
  users: number;
  readonly sent: Promise<unknown>;
}

/** So many bytes are sent before other work of the main thread gets its turn. */
const TURN = 8 * 2 ** 20;

/** By thread and device, by what tells equal values. */
const held = new WeakMap<SessionHost, Map<Device, WeakMap<object, Held>>>();

function heldBy(host: SessionHost, device: Device): WeakMap<object, Held> {
  const devices = held.get(host) ?? new Map<Device, WeakMap<object, Held>>();
  held.set(host, devices);
  const constants = devices.get(device) ?? new WeakMap<object, Held>();
  devices.set(device, constants);
  return constants;
}

/** Has the constants kept, those that are not yet; each call is a use, to be ended by `letGo`. */
export async function hold(host: SessionHost, device: Device, nodes: Iterable<Node>): Promise<Held[]> {
  const known = heldBy(host, device);
  const uses: Held[] = [];
  let bytes = TURN; // what came before, the recording, was a turn as well
  try {
    for (const node of nodes) {
      if (bytes >= TURN) {
        await setImmediate();
        bytes = 0;
      }
      const key = node.source ?? node;
      const before = known.get(key);
      // A reshaped tensor has the source of the first: it is kept once more.
      const same = before && before.users > 0 && before.shape.join() === node.shape.join();
      const use = same ? before : send(host, device, node);
      if (!same) {
        known.set(key, use);
        bytes += 4 * sizeOf(node.shape);
      }
      use.users++;
      uses.push(use);
    }
    await Promise.all(uses.map(({ sent }) => sent));
    return uses;
  } catch (error) {
    letGo(host, uses);
    throw error;
  }
}

function send(host: SessionHost, device: Device, node: Node): Held {
  const data = ownedValues(node);
  const { dtype, shape } = node;
  const id = host.next();
  const array = { dtype: dtype as Kind, shape, data };
  const sent = host.ask({ type: "keep", id, device, array }, [data.buffer as ArrayBuffer]);
  sent.catch(() => undefined); // who awaits it says why
  return { id, shape, users: 0, sent };
}

/** Ends one use of each; what nobody uses any more is freed. */
export function letGo(host: SessionHost, uses: readonly Held[]): void {
  const ids = uses.filter((use) => --use.users === 0).map(({ id }) => id);
  if (ids.length > 0) host.tell({ type: "drop", ids });
}

/** The constant's values in an array that can be given away. */
function ownedValues(node: Node): HostData {
  const values = node.values!;
  const Kinds = ARRAYS[node.dtype as Kind];
  const whole = values instanceof Kinds && values.byteLength === values.buffer.byteLength;
  return whole && node.source && isNewEachTime(node.source, values) ? values : new Kinds(values);
}

const newEachTime = new WeakMap<KernelBackend, boolean>();

/** Whether the tensor's backend gives its values in a new array at each reading, as wasm does, and not in its own. */
function isNewEachTime(dataId: object, values: HostData): boolean {
  const { backend } = tf.engine().state.tensorInfo.get(dataId) ?? {};
  if (!backend) return false;
  const known = newEachTime.get(backend) ?? (backend.readSync(dataId) as HostData).buffer !== values.buffer;
  newEachTime.set(backend, known);
  return known;
}
