/**
 * Loaded programs that outlive the functions they were compiled for. The next function that records the very same program
 * (operators, constants, shapes, outputs) gets the loaded one: in a sweep that is every run but for its seed. Only programs of a
 * few hundred megabytes, and a limited number.
 */
import { createHash, type Hash } from "node:crypto";
import type { Device } from "../session/device.js";
import { sizeOf } from "../session/protocol.js";
import { wantedThreads } from "../threads.js";
import { inOrder, type Node } from "./graph.js";
import { Session } from "./session.js";
import type { Program } from "./trace.js";

/**
 * Most bytes that the values of a kept program's operators and constants may take, and those of all kept ones together. ONNX
 * Runtime, which uses memory again, holds about a quarter of that.
 */
const BYTES = { one: 2e9, all: 3.5e9 };

/** Most programs that are kept. */
const MOST = 16;

interface Print {
  readonly key: string;
  readonly bytes: number;
}

const prints = new WeakMap<Session, Print>();
/** By their prints' keys; the one kept longest comes first. */
const idle = new Map<string, { readonly session: Session; readonly bytes: number }>();

/** The program as a session: one that was retired, else loaded anew. It is the caller's, to release or retire. */
export async function sessionOf(program: Program, device: Device): Promise<Session> {
  const print = printOf(program, device);
  const known = print ? idle.get(print.key) : undefined;
  if (print && known) {
    idle.delete(print.key);
    if (!known.session.ended) return known.session;
  }
  const session = await Session.load(program, device);
  if (print) prints.set(session, print);
  return session;
}

/** Gives a session back: kept where it is small, else freed. Resolves once no run of it is under way. */
export async function retire(session: Session): Promise<void> {
  const print = prints.get(session);
  if (!print || session.ended || idle.has(print.key)) return session.release();
  await session.forgetStates();
  idle.set(print.key, { session, bytes: print.bytes });
  let bytes = [...idle.values()].reduce((sum, one) => sum + one.bytes, 0);
  for (const [key, oldest] of idle) {
    if (idle.size <= MOST && bytes <= BYTES.all) break;
    idle.delete(key);
    bytes -= oldest.bytes;
    await oldest.session.release();
  }
}

/** The same for the same program alone; null for one that is too large to be kept. */
function printOf({ outputs, outputTree }: Program, device: Device): Print | null {
  const nodes = inOrder([...outputs.values()]);
  const bytes = nodes.reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0);
  if (bytes > BYTES.one) return null;
  const hash = createHash("sha256");
  const place = new Map<Node, number>();
  for (const node of nodes) {
    const { op, domain, inputs, attributes, shape, dtype, name, values } = node;
    hash.update(JSON.stringify([op, domain, inputs.map((input) => place.get(input)), attributes, shape, dtype, name]));
    if (values) addValues(hash, values);
    place.set(node, place.size);
  }
  const ends = [...outputs].map(([path, node]) => [path, place.get(node)]);
  hash.update(JSON.stringify([ends, outputTree((path) => path), device, wantedThreads()]));
  return { key: hash.digest("base64"), bytes };
}

function addValues(hash: Hash, values: NonNullable<Node["values"]>): void {
  const { buffer, byteOffset, byteLength } = ArrayBuffer.isView(values)
    ? values
    : Float64Array.from(values as number[]);
  hash.update(new Uint8Array(buffer, byteOffset, byteLength));
}
