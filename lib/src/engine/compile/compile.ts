/**
 * Compiles a function written in tfjs ops, gradients included, into one program that ONNX Runtime runs natively.
 *
 * The function must be pure and synchronous: it is run once on tensors without values to record what it does. Whatever it
 * reads from outside becomes a constant of the program; random numbers would be drawn once, so pass them in.
 */
import { tf } from "../../nn/array.js";
import { programDevice, startEngine } from "../index.js";
import type { Device } from "../session/device.js";
import { hostValues } from "./host-values.js";
import { retire, sessionOf } from "./idle-sessions.js";
import { type OptimizeOptions, optimize } from "./optimize.js";
import { forDevice } from "./passes/device.js";
import { inPrecision, type Precision } from "./passes/precision.js";
import type { Session } from "./session.js";
import { kindOf, State } from "./state.js";
import { type InputSpec, trace } from "./trace.js";
import { type Feeds, leavesOf, mapTree, type Value, type Values } from "./tree.js";

/** Programs kept for a function, one for each combination of input shapes; the one unused longest goes first. */
const KEPT_PROGRAMS = 4;

/** How a function is compiled; every part has a default that fits the running engine. */
export interface CompileOptions extends OptimizeOptions {
  /** Where the programs run. Default: where the running engine computes. */
  readonly device?: Device;
  /** What products of matrices are computed in; all else stays float32. Default: "float32". */
  readonly precision?: Precision;
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

  /** Runs the function. Inputs are tfjs tensors or plain values, and are copied; outputs are plain values. */
  async run(inputs: Feeds<I>): Promise<Values<O>> {
    const values = await valuesOf(inputs);
    const session = await this.sessionFor(inputs, specsOf(values));
    const results = await session.run(values);
    return session.outputTree((path) => results.get(path)) as Values<O>;
  }

  /**
   * Holds the branches `state` (copied) from step to step: the output of the same name becomes the next step's input on the
   * device, without passing through here; what a program does not return stays as it is. For training steps: parameters and
   * optimiser moments. With `handOver` arrays are given away instead of copied, where they can be: they are empty afterwards.
   */
  async bind<K extends StateKey<I, O>>(
    state: Feeds<Pick<I, K>>,
    { handOver = false }: { readonly handOver?: boolean } = {},
  ): Promise<Bound<I, O, K>> {
    const values = await valuesOf(state);
    return new Bound(this, state, await State.create(values, this.device, handOver));
  }

  /** Frees the programs. The function can be run again: it is then compiled anew. */
  async release(): Promise<void> {
    const sessions = [...this.sessions.values()];
    this.sessions.clear();
    for (const session of sessions) await (await session).release();
  }

  /**
   * As `release`, but small programs stay loaded for a while: a function compiled later that records the very same program
   * takes it over.
   */
  async retire(): Promise<void> {
    const sessions = [...this.sessions.values()];
    this.sessions.clear();
    for (const session of sessions) await retire(await session);
  }

  /** @internal The program for inputs of these shapes. */
  async sessionFor(example: unknown, specs: ReadonlyMap<string, InputSpec>): Promise<Session> {
    const key = [...specs].map(([path, { dtype, shape }]) => `${path} ${dtype} ${shape}`).join(";");
    const known = this.sessions.get(key);
    if (known && !(await known).ended) return this.use(key, known);
    const program = optimize(trace(this.fn, example, specs), this.options);
    const { precision = "float32" } = this.options;
    return this.use(key, sessionOf(forDevice(inPrecision(program, precision, this.device), this.device), this.device));
  }

  private get device(): Device {
    return this.options.device ?? "cpu";
  }

  /** Makes it the one last used; where there are too many, the one unused longest goes. */
  private use(key: string, session: Promise<Session>): Promise<Session> {
    this.sessions.delete(key);
    this.sessions.set(key, session);
    session.catch(() => {
      if (this.sessions.get(key) === session) this.sessions.delete(key);
    });
    if (this.sessions.size > KEPT_PROGRAMS) {
      const [oldest, dropped] = this.sessions.entries().next().value!;
      this.sessions.delete(oldest);
      // Not at once: who waits for it as well gets to start its run first.
      void dropped.then((unused) => setImmediate(() => unused.release())).catch(() => undefined);
    }
    return session;
  }
}

/** A compiled function with its state. Steps are taken one after another. */
export class Bound<I extends object, O extends object, K extends StateKey<I, O>> {
  /** The state's tree, with its variables but without its values. */
  private readonly like: Feeds<Pick<I, K>>;

  /** @internal Use `Compiled.bind`. */
  constructor(
    private readonly compiled: Compiled<I, O>,
    like: Feeds<Pick<I, K>>,
    private readonly state: State,
  ) {
    const leaf = (_: string, was: unknown) =>
      was instanceof tf.Variable ? was : { data: new Uint8Array(0), shape: [0] };
    this.like = mapTree(like, leaf) as Feeds<Pick<I, K>>;
  }

  /** Runs one step; returns the outputs that are not state. */
  async step(inputs: Feeds<Omit<I, K>>): Promise<Values<Omit<O, K>>> {
    const values = await valuesOf(inputs);
    const specs = new Map([...this.state.specs, ...specsOf(values)]);
    const session = await this.compiled.sessionFor({ ...this.like, ...inputs }, specs);
    const results = await session.run(values, this.state);
    const tree = session.outputTree((path) => results.get(path)) as Values<O>;
    const held = new Set(Object.keys(this.like));
    return Object.fromEntries(Object.entries(tree).filter(([key]) => !held.has(key))) as Values<Omit<O, K>>;
  }

  /** The branches `keys` of the state after the steps so far, copied. Default: all. */
  read<P extends K = K>(...keys: P[]): Promise<Values<Pick<I, P>>> {
    return this.readOut(keys, false);
  }

  /** As `read`, but hands the state's own arrays out, without a copy: no step may follow. */
  take<P extends K = K>(...keys: P[]): Promise<Values<Pick<I, P>>> {
    return this.readOut(keys, true);
  }

  private async readOut<P extends K>(keys: readonly P[], take: boolean): Promise<Values<Pick<I, P>>> {
    const wanted = Object.entries(this.like).filter(([key]) => keys.length === 0 || keys.includes(key as P));
    const like = Object.fromEntries(wanted);
    const values = await this.state.read([...leavesOf(like).keys()], take);
    return mapTree(like, (path) => values.get(path)) as Values<Pick<I, P>>;
  }

  /** Frees the state, which is otherwise freed some time after nothing refers to this object any more. */
  release(): void {
    this.state.release();
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
  const compiled = new Compiled(fn, { device: programDevice(), ...options });
  await compiled.sessionFor(example, specsOf(await valuesOf(example)));
  return compiled;
}

async function valuesOf(tree: unknown): Promise<Map<string, Value>> {
  const values = new Map<string, Value>();
  for (const [path, leaf] of leavesOf(tree)) {
    values.set(path, leaf instanceof tf.Tensor ? { data: await hostValues(leaf), shape: leaf.shape } : leaf);
  }
  return values;
}

const specsOf = (values: ReadonlyMap<string, Value>): Map<string, InputSpec> =>
  new Map([...values].map(([path, { data, shape }]) => [path, { shape, dtype: kindOf(data) }]));
