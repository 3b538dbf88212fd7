/** Blocks and tensor ids on the wasm heap that live for one kernel call. */
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import type { TensorInfo } from "@tensorflow/tfjs-core";

/** Ids of tensors that only one kernel call sees; the backend's own count up from 1. */
const FIRST_ID = 2 ** 30;
const LAST_ID = 2 ** 32 - 1;
let nextId = FIRST_ID;

/** What is used of the binary's module, whose own types need Emscripten's. */
interface WasmModule {
  readonly HEAPU8: Uint8Array;
  _malloc(bytes: number): number;
  _free(address: number): void;
}

const moduleOf = (backend: BackendWasm) => backend.wasm as unknown as WasmModule;

/** The heap address of a tensor's first value, in bytes. */
export function addressOf(backend: BackendWasm, tensor: TensorInfo): number {
  return backend.dataIdMap.get(tensor.dataId).memoryOffset;
}

export class Scratch {
  private readonly blocks: number[] = [];
  constructor(private readonly backend: BackendWasm) {}

  /** A block that holds these integers. */
  ints(values: readonly number[]): number {
    const address = this.bytes(values.length * 4);
    new Int32Array(moduleOf(this.backend).HEAPU8.buffer, address, values.length).set(values);
    return address;
  }

  /** An uninitialised block. */
  bytes(length: number): number {
    const address = moduleOf(this.backend)._malloc(length) >>> 0;
    if (address === 0) throw new Error(`wasm heap is full: no ${length} bytes left for a product's operands`);
    this.blocks.push(address);
    return address;
  }

  /** Calls `use` with a tensor id for each `[address, values]`, and forgets the ids afterwards. */
  withIds<const P extends readonly (readonly [address: number, values: number])[]>(
    places: P,
    use: (...ids: { [K in keyof P]: number }) => void,
  ): void {
    const { tfjs } = this.backend.wasm;
    const ids = places.map(([address, values]) => {
      const id = nextId;
      nextId = nextId === LAST_ID ? FIRST_ID : nextId + 1;
      tfjs.registerTensor(id, values, address);
      return id;
    });
    use(...(ids as { [K in keyof P]: number }));
    for (const id of ids) tfjs.disposeData(id);
  }

  free(): void {
    for (const address of this.blocks.splice(0)) moduleOf(this.backend)._free(address);
  }
}
