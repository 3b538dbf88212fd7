/**
 * A pickle machine that executes nothing. It follows Python's stack machine (pickletools.py describes every opcode), but
 * a global is only a name from the allow-list, and a call only makes the plain value which that name stands for. Work and
 * memory are bounded by the file's size and by limits below.
 */
import { UserError } from "../../errors.js";
import { allowed, call } from "./allow-list.js";
import { Cursor, Shortage } from "./cursor.js";
import { Dict, describe, Global, Opaque, Tuple, type Value } from "./values.js";

/** Opcodes in one pickle: the largest official checkpoint, with its optimiser's state, needs under 100 000. */
const STEP_LIMIT = 4_000_000;
/** Bytes of one integer or of one name. */
const NUMBER_LIMIT = 1024;
const NAME_LIMIT = 4096;

export interface Unpickled {
  readonly value: Value;
  /** Position after the pickle. */
  readonly end: number;
}

export interface UnpickleOptions {
  /** The file, for errors. */
  readonly what: string;
  /** Where the pickle begins. Default 0. */
  readonly start?: number;
  /** The value of a persistent id, PyTorch's way to name a storage; null where it is not one. */
  readonly persistent?: (id: Value) => Value | null;
}

/** Reads one pickle. Throws a UserError for what is damaged or not allowed, `Shortage` where the bytes end before it. */
export function unpickle(bytes: Uint8Array, options: UnpickleOptions): Unpickled {
  const machine = new Machine(new Cursor(bytes, options.start ?? 0), options);
  try {
    return machine.run();
  } catch (error) {
    if (error instanceof UserError || error instanceof Shortage) throw error;
    if (error instanceof RangeError) throw machine.bad(error.message);
    throw error;
  }
}

class Machine {
  private stack: Value[] = [];
  private readonly marks: Value[][] = [];
  private readonly memo = new Map<number, Value>();

  constructor(
    private readonly cursor: Cursor,
    private readonly options: UnpickleOptions,
  ) {}

  bad(what: string): UserError {
    return new UserError(`${this.options.what}: its pickle is damaged or not a checkpoint's: ${what}`);
  }

  run(): Unpickled {
    const { cursor } = this;
    for (let step = 0; step < STEP_LIMIT; step++) {
      const opcode = cursor.byte();
      if (opcode === 0x2e) return { value: this.pop(), end: cursor.position };
      const act = OPCODES[opcode];
      if (!act) throw this.bad(`opcode 0x${opcode.toString(16)} at byte ${cursor.position - 1}`);
      act(this, cursor);
    }
    throw this.bad(`more than ${STEP_LIMIT} opcodes`);
  }

  push(value: Value): void {
    this.stack.push(value);
  }

  pop(): Value {
    const value = this.stack.pop();
    if (value === undefined) throw this.bad("its stack is empty");
    return value;
  }

  top(): Value {
    const value = this.stack.at(-1);
    if (value === undefined) throw this.bad("its stack is empty");
    return value;
  }

  mark(): void {
    this.marks.push(this.stack);
    this.stack = [];
  }

  /** Everything since the last mark. */
  popMark(): Value[] {
    const items = this.stack;
    const below = this.marks.pop();
    if (!below) throw this.bad("a mark is missing");
    this.stack = below;
    return items;
  }

  popTuple(count: number): void {
    const items = Array.from({ length: count }, () => this.pop());
    this.push(new Tuple(items.reverse()));
  }

  put(index: number): void {
    this.memo.set(index, this.top());
  }

  memoize(): void {
    this.put(this.memo.size);
  }

  get(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined) throw this.bad(`nothing was remembered as ${index}`);
    this.push(value);
  }

  /** Names a global. This is where everything that is not on the allow-list ends. */
  global(module: Value, name: Value): void {
    const global = typeof module === "string" && typeof name === "string" ? allowed(module, name) : null;
    if (!global) {
      const full = `${typeof module === "string" ? module : describe(module)}.${typeof name === "string" ? name : describe(name)}`;
      throw new UserError(
        `${this.options.what}: its pickle names "${full.slice(0, 200).replaceAll(/\s/g, " ")}", which a checkpoint of ` +
          "weights does not need; refused, and nothing was run. Save the state dict alone: torch.save(model.state_dict(), ...)",
      );
    }
    this.push(global);
  }

  reduce(): void {
    const args = this.pop();
    const callee = this.pop();
    this.push(this.called(callee, args));
  }

  newObject(): void {
    const args = this.pop();
    const type = this.pop();
    this.push(this.called(type, args));
  }

  private called(callee: Value, args: Value): Value {
    if (!(callee instanceof Global) || !(args instanceof Tuple)) throw this.bad(`a call of ${describe(callee)}`);
    const value = call(callee, args.items);
    if (value === null) throw this.bad(`${callee.name} with arguments that do not fit it`);
    return value;
  }

  /** Sets an object's state: kept for opaque objects, left out for the rest (hooks, attributes of dicts and tensors). */
  build(): void {
    const state = this.pop();
    const target = this.top();
    if (target instanceof Opaque) target.state = state;
  }

  setItems(items: readonly Value[]): void {
    const target = this.top();
    const dict = target instanceof Opaque ? target.items : target;
    if (!(dict instanceof Dict) || items.length % 2 !== 0) throw this.bad(`items set on ${describe(target)}`);
    for (let at = 0; at < items.length; at += 2) dict.entries.set(items[at]!, items[at + 1]!);
  }

  append(items: readonly Value[]): void {
    const target = this.top();
    if (target instanceof Opaque) return;
    if (!Array.isArray(target)) throw this.bad(`items appended to ${describe(target)}`);
    for (const item of items) target.push(item);
  }

  persistent(): void {
    const id = this.pop();
    const value = this.options.persistent?.(id) ?? null;
    if (value === null) throw this.bad("a persistent id that names no storage");
    this.push(value);
  }

  dict(items: readonly Value[]): void {
    this.push(new Dict());
    this.setItems(items);
  }
}

type Action = (machine: Machine, cursor: Cursor) => void;

const length32 = (cursor: Cursor, limit: number): number => {
  const length = cursor.u32();
  if (length > limit) throw new RangeError(`an integer of ${length} bytes`);
  return length;
};

/** By opcode; what is absent is refused (text protocols, extension registries, out-of-band buffers). */
const OPCODES: Readonly<Record<number, Action>> = {
  128: (_, c) => c.byte(), // PROTO
  149: (_, c) => c.u64(), // FRAME
  48: (m) => m.pop(), // POP
  49: (m) => m.popMark(), // POP_MARK
  50: (m) => m.push(m.top()), // DUP
  40: (m) => m.mark(), // MARK
  78: (m) => m.push(null), // NONE
  136: (m) => m.push(true), // NEWTRUE
  137: (m) => m.push(false), // NEWFALSE
  74: (m, c) => m.push(c.i32()), // BININT
  75: (m, c) => m.push(c.byte()), // BININT1
  77: (m, c) => m.push(c.u16()), // BININT2
  138: (m, c) => m.push(c.long(c.byte())), // LONG1
  139: (m, c) => m.push(c.long(length32(c, NUMBER_LIMIT))), // LONG4
  71: (m, c) => m.push(c.float()), // BINFLOAT
  84: (m, c) => m.push(c.text(c.u32())), // BINSTRING
  85: (m, c) => m.push(c.text(c.byte())), // SHORT_BINSTRING
  88: (m, c) => m.push(c.text(c.u32())), // BINUNICODE
  140: (m, c) => m.push(c.text(c.byte())), // SHORT_BINUNICODE
  141: (m, c) => m.push(c.text(c.u64())), // BINUNICODE8
  66: (m, c) => m.push(c.take(c.u32())), // BINBYTES
  67: (m, c) => m.push(c.take(c.byte())), // SHORT_BINBYTES
  142: (m, c) => m.push(c.take(c.u64())), // BINBYTES8
  150: (m, c) => m.push(c.take(c.u64())), // BYTEARRAY8
  41: (m) => m.push(new Tuple([])), // EMPTY_TUPLE
  116: (m) => m.push(new Tuple(m.popMark())), // TUPLE
  133: (m) => m.popTuple(1), // TUPLE1
  134: (m) => m.popTuple(2), // TUPLE2
  135: (m) => m.popTuple(3), // TUPLE3
  93: (m) => m.push([]), // EMPTY_LIST
  97: (m) => m.append([m.pop()]), // APPEND
  101: (m) => m.append(m.popMark()), // APPENDS
  108: (m) => m.push(m.popMark()), // LIST
  125: (m) => m.push(new Dict()), // EMPTY_DICT
  100: (m) => m.dict(m.popMark()), // DICT
  115: (m) => m.setItems([m.pop(), m.pop()].reverse()), // SETITEM
  117: (m) => m.setItems(m.popMark()), // SETITEMS
  143: (m) => m.push([]), // EMPTY_SET
  144: (m) => m.append(m.popMark()), // ADDITEMS
  145: (m) => m.push(m.popMark()), // FROZENSET
  104: (m, c) => m.get(c.byte()), // BINGET
  106: (m, c) => m.get(c.u32()), // LONG_BINGET
  113: (m, c) => m.put(c.byte()), // BINPUT
  114: (m, c) => m.put(c.u32()), // LONG_BINPUT
  148: (m) => m.memoize(), // MEMOIZE
  99: (m, c) => m.global(c.line(NAME_LIMIT), c.line(NAME_LIMIT)), // GLOBAL
  147: (m) => m.global(...([m.pop(), m.pop()].reverse() as [Value, Value])), // STACK_GLOBAL
  82: (m) => m.reduce(), // REDUCE
  98: (m) => m.build(), // BUILD
  129: (m) => m.newObject(), // NEWOBJ
  81: (m) => m.persistent(), // BINPERSID
};
