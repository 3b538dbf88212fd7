/** A program loaded into ONNX Runtime, in the thread of the sessions. */
import type { Device } from "../session/device.js";
import { sessionHost } from "../session/host.js";
import { type Binding, type Slot, sizeOf } from "../session/protocol.js";
import { inOrder, type Node } from "./graph.js";
import { overwritable } from "./in-place.js";
import { type Loaded, load, port, unload } from "./load.js";
import { INPUT, OUTPUT } from "./onnx.js";
import type { State } from "./state.js";
import type { InputSpec, Program } from "./trace.js";
import type { Value } from "./tree.js";

/** Values by path. */
export type ValueMap = ReadonlyMap<string, Value>;

interface Bound {
  readonly number: number;
  readonly ports: Binding;
  /** Bytes of the packed inputs. */
  readonly size: number;
  /** A packed buffer that came back, for the next run. */
  spare: ArrayBuffer | null;
}

/** Where an input starts in the packed buffer: at multiples of so many bytes. */
const ALIGNMENT = 64;

/** Sessions that nobody can reach any more are freed, whether or not they were released. */
const forgotten = new FinalizationRegistry<Loaded>(unload);

export class Session {
  private plain: Bound | undefined;
  private withState = new WeakMap<State, Bound>();
  /** Bindings of states, by their numbers. */
  private stateful: number[] = [];

  private constructor(
    private readonly loaded: Loaded,
    /** Inputs that the outputs need. */
    private readonly inputs: ReadonlyMap<string, InputSpec>,
    readonly outputs: ReadonlyMap<string, InputSpec>,
    readonly outputTree: Program["outputTree"],
    /** Kept arrays of the large constants and of what depends on them alone, by the extra input's path. */
    private readonly kept: ReadonlyMap<string, number>,
    /** State that may be overwritten while the program runs. */
    private readonly inPlace: ReadonlySet<string>,
  ) {
    forgotten.register(this, loaded, this);
  }

  /** Loads a program, whose constants' arrays it takes. */
  static async load({ graph, inputs, outputs, outputTree }: Program, device: Device): Promise<Session> {
    const host = sessionHost();
    const needed = new Set(inOrder([...outputs.values()]));
    const used = specsOf(new Map([...inputs].filter(([, node]) => needed.has(node))));
    const specs = specsOf(outputs);
    const inPlace = overwritable(outputs, inputs, stateful(used, specs));
    const resident = stateful(used, specs).map((path) => OUTPUT + path);
    const { loaded, kept } = await load(host, { graph, outputs }, device, resident);
    return new Session(loaded, used, specs, outputTree, kept, inPlace);
  }

  /** Whether its thread has ended, and the program with it. */
  get ended(): boolean {
    return this.loaded.host.ended !== null;
  }

  /**
   * Runs the program; inputs are copied. With a state, its values are the inputs of their paths, and the outputs of those
   * paths its values afterwards; they are not among the results.
   */
  async run(inputs: ValueMap, state: State | null = null): Promise<Map<string, Value>> {
    const bound = this.boundTo(state);
    const { ports, number } = bound;
    const packed = this.pack(inputs, bound);
    const { given, outputs } = await this.loaded.host.ask({ type: "run", binding: number, given: packed }, [packed]);
    bound.spare = given;
    return new Map(ports.wanted.map(({ name, shape }, i) => [name.slice(OUTPUT.length), { data: outputs[i]!, shape }]));
  }

  /** Frees the program; resolves once it is done. */
  async release(): Promise<void> {
    if (!forgotten.unregister(this) || this.ended) return;
    unload(this.loaded);
    await this.loaded.host.ask({ type: "drop", ids: [] }); // orders are carried out one after another
  }

  /** Lets go of what tied it to states, which are not used with it any more. Resolves once no run is under way. */
  async forgetStates(): Promise<void> {
    const bindings = this.stateful;
    this.stateful = [];
    this.withState = new WeakMap();
    await this.loaded.host.ask({ type: "unbind", bindings });
  }

  private boundTo(state: State | null): Bound {
    const known = state ? this.withState.get(state) : this.plain;
    if (known) return known;
    const { host, program } = this.loaded;
    if (state && state.host !== host) throw host.ended ?? state.host.ended!;
    for (const [path, spec] of state?.specs ?? []) {
      const output = this.outputs.get(path);
      if (!output || sameSpec(spec, output)) continue; // state without an output stays as it is
      throw new Error(
        `compile: state "${path}" [${spec.shape}] needs an output of its name and shape; it is [${output.shape}]`,
      );
    }
    const { ports, size } = this.portsFor(state?.ids ?? new Map());
    const bound: Bound = { number: host.next(), ports, size, spare: null };
    host.tell({ type: "bind", program, binding: bound.number, ports });
    if (state) {
      this.withState.set(state, bound);
      this.stateful.push(bound.number);
    } else this.plain = bound;
    return bound;
  }

  private portsFor(state: ReadonlyMap<string, number>): { ports: Binding; size: number } {
    const given: Slot[] = [];
    const kept = new Map([...this.kept].map(([path, id]) => [INPUT + path, id]));
    let size = 0;
    for (const [path, spec] of this.inputs) {
      const id = state.get(path);
      if (id !== undefined) kept.set(INPUT + path, id);
      else {
        given.push({ ...port(INPUT, path, spec), offset: size });
        size += Math.ceil((4 * sizeOf(spec.shape)) / ALIGNMENT) * ALIGNMENT;
      }
    }
    const into = [...state].flatMap(([path, id]) => {
      const output = this.outputs.get(path);
      return output ? { ...port(OUTPUT, path, output), id, inPlace: this.inPlace.has(path) } : [];
    });
    const wanted = [...this.outputs].filter(([path]) => !state.has(path));
    return { ports: { given, kept, into, wanted: wanted.map(([path, spec]) => port(OUTPUT, path, spec)) }, size };
  }

  private pack(inputs: ValueMap, bound: Bound): ArrayBuffer {
    const buffer = bound.spare ?? new ArrayBuffer(bound.size);
    bound.spare = null;
    for (const { name, shape, offset } of bound.ports.given) {
      const path = name.slice(INPUT.length);
      const { data } = inputs.get(path)!;
      if (data.length !== sizeOf(shape)) {
        throw new Error(`compile: input "${path}" has ${data.length} values, expected ${sizeOf(shape)} [${shape}]`);
      }
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      new Uint8Array(buffer, offset, bytes.length).set(bytes);
    }
    return buffer;
  }
}

/** Shapes and types alone, without the graph and its constants. */
const specsOf = (nodes: ReadonlyMap<string, Node>): Map<string, InputSpec> =>
  new Map([...nodes].map(([path, { shape, dtype }]) => [path, { shape, dtype }]));

const sameSpec = (a: InputSpec, b: InputSpec | undefined): boolean =>
  b !== undefined && a.dtype === b.dtype && a.shape.join() === b.shape.join();

/** The paths that are inputs and outputs alike, so that they can be state. */
const stateful = (inputs: ReadonlyMap<string, InputSpec>, outputs: ReadonlyMap<string, InputSpec>): string[] =>
  [...inputs].filter(([path, spec]) => sameSpec(spec, outputs.get(path))).map(([path]) => path);
