/**
 * Compiles a function written in tfjs ops, gradients included, into one program that ONNX Runtime runs natively.
 *
 * The function must be pure and synchronous: it is run once on tensors without values to record what it does. Whatever it
 * reads from outside becomes a constant of the program; random numbers would be drawn once, so pass them in.
 */
import { tf } from "../../nn/array.js";
import { startEngine } from "../index.js";
import type { Device } from "../session/device.js";
import type { DType } from "./graph.js";
import { type OptimizeOptions, optimize } from "./optimize.js";
import { emptyValue, Session } from "./session.js";
import { type InputSpec, trace } from "./trace.js";
import { type Feeds, leavesOf, mapTree, type Value, type Values } from "./tree.js";

/** Programs kept for a function, one for each combination of input shapes; the one unused longest goes first. */
const KEPT_PROGRAMS = 4;

/** How a function is compiled; every part has a default that fits the running engine. */
export interface CompileOptions extends OptimizeOptions {
  /** Where the program runs. Default: "cpu". */
  readonly device?: Device;
}

/** Keys whose branch of the outputs becomes the same-named branch of the next step's inputs. */
type StateKey<I, O> = keyof I & keyof O & string;

export class Compiled<I extends object, O extends object> {
  private readonly sessions = new Map<string, Promise<Session>>();

  /** @internal Use `compile`. */
  constructor(
    private readonly fn: (inputs: I) => O,
    private readonly options: CompileOptions = {},
  ) {}

  /** Runs the function. Inputs are tfjs tensors or plain values; outputs are plain values. */
  async run(inputs: Feeds<I>): Promise<Values<O>> {
    const values = await valuesOf(inputs);
    const session = await this.sessionFor(inputs, values);
    const results = await session.run(values);
    return session.outputTree((path) => results.get(path)) as Values<O>;
  }

  /**
   * Holds the branches `state` (copied) from step to step: the output of the same name becomes the next step's input, in
   * place, without passing through JavaScript. For training steps: parameters and optimiser moments.
   */
  async bind<K extends StateKey<I, O>>(state: Feeds<Pick<I, K>>): Promise<Bound<I, O, K>> {
    const values = new Map([...(await valuesOf(state))].map(([path, value]) => [path, copyOf(value)]));
    return new Bound(this, state, values);
  }

  /** Frees the programs. The function can be run again: it is then compiled anew. */
  async release(): Promise<void> {
    const sessions = [...this.sessions.values()];
    this.sessions.clear();
    for (const session of sessions) await (await session).release();
  }

  /** @internal The program for inputs of these shapes. */
  sessionFor(example: unknown, values: ReadonlyMap<string, Value>): Promise<Session> {
    const specs = new Map([...values].map(([path, value]) => [path, specOf(value)]));
    const key = [...specs].map(([path, { dtype, shape }]) => `${path} ${dtype} ${shape}`).join(";");
    const program = () => optimize(trace(this.fn, example, specs), this.options);
    const session = this.sessions.get(key) ?? Session.load(program(), this.options.device);
    this.sessions.delete(key);
    this.sessions.set(key, session); // last used, last in order
    session.catch(() => this.sessions.delete(key));
    if (this.sessions.size > KEPT_PROGRAMS) {
      const [oldest, dropped] = this.sessions.entries().next().value!;
      this.sessions.delete(oldest);
      void dropped.then((unused) => unused.release());
    }
    return session;
  }
}

/** A compiled function with its state. One step at a time. */
export class Bound<I extends object, O extends object, K extends StateKey<I, O>> {
  /** What the next step writes to; the two sets of arrays take turns. */
  private spare = new Map<string, Value>();

  /** @internal Use `Compiled.bind`. */
  constructor(
    private readonly compiled: Compiled<I, O>,
    private readonly like: Feeds<Pick<I, K>>,
    private current: Map<string, Value>,
  ) {}

  /** Runs one step; returns the outputs that are not state. */
  async step(inputs: Feeds<Omit<I, K>>): Promise<Values<Omit<O, K>>> {
    const feeds = new Map([...this.current, ...(await valuesOf(inputs))]);
    const session = await this.compiled.sessionFor({ ...this.like, ...inputs }, feeds);
    if (this.spare.size === 0) this.spare = spareFor(session, this.current);
    const results = await session.run(feeds, this.spare);
    [this.current, this.spare] = [this.spare, this.current];
    const tree = session.outputTree((path) => results.get(path)) as Values<O>;
    const held = new Set(Object.keys(this.like));
    return Object.fromEntries(Object.entries(tree).filter(([key]) => !held.has(key))) as Values<Omit<O, K>>;
  }

  /** The state now, copied. */
  read(): Values<Pick<O, K>> {
    return mapTree(this.like, (path) => copyOf(this.current.get(path)!)) as Values<Pick<O, K>>;
  }
}

/**
 * Compiles `fn` for inputs of the example's shapes and types; for other shapes it is compiled again when they first come.
 * `example` is a tree (records, lists) of tensors or values like fn's own argument; its values do not matter.
 * Throws an error that names the kernel and the calling line where fn does what cannot be compiled.
 */
export async function compile<I extends object, O extends object>(
  fn: (inputs: I) => O,
  example: Feeds<I>,
  options: CompileOptions = {},
): Promise<Compiled<I, O>> {
  if (!tf.engine().backendName) await startEngine();
  const compiled = new Compiled(fn, options);
  await compiled.sessionFor(example, await valuesOf(example));
  return compiled;
}

async function valuesOf(tree: unknown): Promise<Map<string, Value>> {
  const values = new Map<string, Value>();
  for (const [path, leaf] of leavesOf(tree)) {
    const isTensor = leaf instanceof tf.Tensor;
    values.set(path, isTensor ? { data: (await leaf.data()) as Value["data"], shape: leaf.shape } : leaf);
  }
  return values;
}

const copyOf = ({ data, shape }: Value): Value => ({ data: data.slice(), shape });

function specOf({ data, shape }: Value): InputSpec {
  const dtype: DType = data instanceof Float32Array ? "float32" : data instanceof Int32Array ? "int32" : "bool";
  return { shape, dtype };
}

/** Arrays for the state outputs, which must be of the state's own shapes. */
function spareFor({ outputs }: Session, state: ReadonlyMap<string, Value>): Map<string, Value> {
  const spare = new Map<string, Value>();
  for (const [path, { shape }] of state) {
    const output = outputs.get(path);
    if (!output || output.shape.join() !== shape.join()) {
      throw new Error(`compile: state "${path}" [${shape}] needs an output of its name and shape, which is not there`);
    }
    spare.set(path, emptyValue(output.dtype, output.shape));
  }
  return spare;
}
