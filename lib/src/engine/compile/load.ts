/** Brings a recorded program into the thread of the sessions: its model, and apart from it its large constants. */
import type { Device } from "../session/device.js";
import type { SessionHost } from "../session/host.js";
import type { KeptOutput, Kind, Port } from "../session/protocol.js";
import { wantedThreads } from "../threads.js";
import type { Graph, Node } from "./graph.js";
import { type Held, hold, letGo } from "./held.js";
import { type Split, splitLarge } from "./large.js";
import { INPUT, OUTPUT, onnxModel } from "./onnx.js";
import type { InputSpec } from "./trace.js";

/** What a session has in the thread, apart from the object that stands for it, so that it can be freed after it. */
export interface Loaded {
  readonly host: SessionHost;
  readonly program: number;
  /** Uses of large constants. */
  readonly uses: readonly Held[];
  /** Kept arrays of its own: what was computed from large constants. */
  readonly own: readonly number[];
}

/** An input or output of the model by its path. */
export const port = (prefix: string, path: string, { dtype, shape }: InputSpec): Port => ({
  name: prefix + path,
  dtype: dtype as Kind,
  shape,
});

/**
 * Loads the program; `kept` are arrays to be fed, by the path of the extra input. The outputs named in `resident` stay on
 * a GPU. CUDA keeps what is written in the model, so there nothing is apart from it.
 */
export async function load(
  host: SessionHost,
  { graph, outputs }: { readonly graph: Graph; readonly outputs: ReadonlyMap<string, Node> },
  device: Device,
  resident: readonly string[],
): Promise<{ loaded: Loaded; kept: Map<string, number> }> {
  if (device === "cuda") {
    const program = await loadModel(host, outputs, device, []);
    return { loaded: { host, program, uses: [], own: [] }, kept: new Map() };
  }
  const split = splitLarge(graph, outputs);
  const uses = await hold(host, device, split.constants.values());
  const own: number[] = [];
  try {
    const computed = split.folded ? await fold(host, split.folded, device) : new Map<string, number>();
    own.push(...computed.values());
    const program = await loadModel(host, split.outputs, device, resident);
    return { loaded: { host, program, uses, own }, kept: new Map([...idsOf(split.constants, uses), ...computed]) };
  } catch (error) {
    letGo(host, uses);
    host.tell({ type: "drop", ids: own });
    throw error;
  }
}

/** Frees what `load` loaded. */
export function unload({ host, program, uses, own }: Loaded): void {
  host.tell({ type: "unload", program });
  letGo(host, uses);
  if (own.length > 0) host.tell({ type: "drop", ids: own });
}

async function loadModel(
  host: SessionHost,
  outputs: ReadonlyMap<string, Node>,
  device: Device,
  resident: readonly string[],
): Promise<number> {
  const encoded = onnxModel(outputs);
  // A small file lies in Node's common pool, which cannot be given away; Buffer's own slice would not copy it.
  const model = encoded.byteLength === encoded.buffer.byteLength ? encoded : new Uint8Array(encoded);
  const program = host.next();
  const order = { type: "load", program, model, device, threads: wantedThreads(), resident } as const;
  await host.ask(order, [model.buffer as ArrayBuffer]);
  return program;
}

/** Computes once what depends on large constants alone; the results stay in the thread. By path. */
async function fold(
  host: SessionHost,
  { outputs, constants }: NonNullable<Split["folded"]>,
  device: Device,
): Promise<Map<string, number>> {
  const into = [...outputs].map(([path, node]): KeptOutput => {
    return { ...port(OUTPUT, path, node), id: host.next(), inPlace: false };
  });
  const uses = await hold(host, device, constants.values());
  try {
    const names = into.map(({ name }) => name);
    const program = await loadModel(host, outputs, device, names);
    const kept = new Map([...idsOf(constants, uses)].map(([path, id]) => [INPUT + path, id]));
    const binding = host.next();
    host.tell({ type: "bind", program, binding, ports: { given: [], kept, into, wanted: [] } });
    const computed = host.ask({ type: "run", binding, given: new ArrayBuffer(0) });
    host.tell({ type: "unload", program });
    await computed;
    return new Map([...outputs.keys()].map((path, i) => [path, into[i]!.id]));
  } finally {
    letGo(host, uses);
  }
}

function idsOf(nodes: ReadonlyMap<string, Node>, uses: readonly Held[]): Map<string, number> {
  return new Map([...nodes.keys()].map((path, i) => [path, uses[i]!.id]));
}
