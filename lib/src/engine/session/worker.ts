/** The thread of the sessions: carries out the main thread's orders one after another. */
import { parentPort, workerData } from "node:worker_threads";
import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { messageOf } from "../../errors.js";
import { loadRuntime } from "../runtime.js";
import { type Device, sessionOptions } from "./device.js";
import { Mover } from "./mover.js";
import {
  type Answer,
  type Answers,
  ARRAYS,
  type Binding,
  type HostData,
  type Numbered,
  type Order,
  STATE,
  type Start,
  sizeOf,
} from "./protocol.js";
import { free, Store } from "./store.js";

type Runtime = typeof import("onnxruntime-node");
type Carried = { readonly result: Answers[Order["type"]]; readonly transfer?: readonly ArrayBuffer[] };

interface Loaded {
  readonly session: InferenceSession;
  readonly device: Device;
  /** Names of outputs that stay on the GPU. */
  readonly resident: ReadonlySet<string>;
}

class Sessions {
  private readonly programs = new Map<number, Loaded>();
  private readonly bindings = new Map<number, Binding & { readonly program: number }>();
  private readonly store: Store;

  constructor(private readonly runtime: Runtime) {
    this.store = new Store(runtime, new Mover(runtime));
  }

  async carryOut(order: Order): Promise<Carried> {
    const done = { result: undefined };
    switch (order.type) {
      case "keep":
        await this.store.keep(order.id, order.array, order.device);
        return done;
      case "drop":
        for (const id of order.ids) this.store.drop(id);
        return done;
      case "fetch":
        return this.fetch(order);
      case "load":
        await this.load(order);
        return done;
      case "bind":
        this.bindings.set(order.binding, { ...order.ports, program: order.program });
        return done;
      case "unbind":
        for (const binding of order.bindings) this.bindings.delete(binding);
        return done;
      case "run":
        return this.run(order.binding, order.given);
      case "unload":
        await this.unload(order.program);
        return done;
    }
  }

  private async fetch({ ids, take }: Order & { type: "fetch" }): Promise<Carried> {
    const arrays: HostData[] = [];
    for (const id of ids) arrays.push(await (take ? this.store.take(id) : this.store.fetch(id)));
    return { result: arrays, transfer: arrays.map(bufferOf) };
  }

  private async load({ program, model, device, threads, resident }: Order & { type: "load" }): Promise<void> {
    const locations = Object.fromEntries(resident.map((name) => [name, "gpu-buffer"] as const));
    const options = sessionOptions(device, threads);
    const onGpu = device === "webgpu" && resident.length > 0 ? { preferredOutputLocation: locations } : {};
    const session = await this.runtime.InferenceSession.create(model, { ...options, ...onGpu });
    this.programs.set(program, { session, device, resident: new Set(device === "webgpu" ? resident : []) });
  }

  private async run(number: number, buffer: ArrayBuffer): Promise<Carried> {
    const { program, given, kept, into, wanted } = this.bindings.get(number)!;
    const { session, device, resident } = this.programs.get(program)!;
    const { store } = this;
    const feeds: Record<string, OrtTensor> = {};
    for (const { name, dtype, shape, offset } of given) {
      feeds[name] = store.tensor(dtype, shape, new ARRAYS[dtype](buffer, offset, sizeOf(shape)));
    }
    for (const [name, id] of kept) feeds[name] = store.get(id);
    const fetches: Record<string, OrtTensor | null> = {};
    for (const port of into) fetches[port.name] = store.target(port, device);
    for (const { name, dtype, shape } of wanted) {
      // With an output that stays on the GPU, ONNX Runtime writes none of the others into an array that it is given.
      fetches[name] = resident.size > 0 ? null : store.tensor(dtype, shape, new ARRAYS[dtype](sizeOf(shape)));
    }
    const results = await this.written(session, feeds, fetches, into);
    for (const { name, id } of into) store.replace(id, results[name]!);
    const outputs: HostData[] = [];
    for (const { name } of wanted) outputs.push(await store.hostData(results[name]!));
    return { result: { given: buffer, outputs }, transfer: [buffer, ...outputs.map(bufferOf)] };
  }

  /** Runs; what a failed run may have half written is dropped. */
  private async written(
    session: InferenceSession,
    feeds: Record<string, OrtTensor>,
    fetches: Record<string, OrtTensor | null>,
    into: Binding["into"],
  ): Promise<Record<string, OrtTensor>> {
    try {
      const results = await session.run(feeds, fetches);
      // ONNX Runtime's binding makes a copy of each output, also of those that it wrote where it was told to.
      for (const [name, target] of Object.entries(fetches)) if (target) freeCopy(results[name]!, target);
      return Object.fromEntries(Object.entries(fetches).map(([name, target]) => [name, target ?? results[name]!]));
    } catch (error) {
      for (const { id, inPlace } of into) if (inPlace) this.store.drop(id);
      throw error;
    }
  }

  private async unload(program: number): Promise<void> {
    for (const [number, binding] of this.bindings) if (binding.program === program) this.bindings.delete(number);
    const loaded = this.programs.get(program);
    this.programs.delete(program);
    await loaded?.session.release();
  }
}

function freeCopy(copy: OrtTensor, of: OrtTensor): void {
  if (copy !== of && copy.location === "cpu" && copy.data !== of.data) free(copy);
}

const bufferOf = ({ buffer }: HostData): ArrayBuffer => buffer as ArrayBuffer;

const port = parentPort!;
const { state } = workerData as Start;

/** Marks the time in which native code runs; while the process ends nothing is begun any more. */
async function marked<T>(work: () => Promise<T>): Promise<T> {
  if (Atomics.compareExchange(state, 0, STATE.idle, STATE.running) === STATE.closing)
    return new Promise(() => undefined);
  try {
    return await work();
  } finally {
    Atomics.store(state, 0, STATE.idle);
    Atomics.notify(state, 0);
  }
}

let sessions: Sessions | undefined;
let last: Promise<void> = Promise.resolve();

port.on("message", (message: Numbered) => {
  last = last.then(() => answer(message));
});

async function answer({ number, order }: Numbered): Promise<void> {
  try {
    const { result, transfer = [] } = await marked(async () => {
      sessions ??= new Sessions(await loadRuntime());
      return sessions.carryOut(order);
    });
    port.postMessage({ number, ok: true, result } satisfies Answer, [...transfer]);
  } catch (error) {
    port.postMessage({ number, ok: false, message: messageOf(error) } satisfies Answer);
  }
}
