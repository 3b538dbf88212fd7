/** Arrays that stay in the thread of the sessions, on their device, between runs. */
import type { Tensor as OrtTensor } from "onnxruntime-node";
import type { Device } from "./device.js";
import type { Mover } from "./mover.js";
import { ARRAYS, type HostData, type KeptOutput, type Kind, type Spec, sizeOf } from "./protocol.js";

type Runtime = typeof import("onnxruntime-node");

export class Store {
  private readonly current = new Map<number, OrtTensor>();
  /** Arrays of the same size that the next output is written to; the two take turns. */
  private readonly spare = new Map<number, OrtTensor>();

  constructor(
    private readonly runtime: Runtime,
    private readonly mover: Mover,
  ) {}

  async keep(id: number, { dtype, shape, data }: Spec & { readonly data: HostData }, device: Device): Promise<void> {
    const tensor = this.tensor(dtype, shape, data);
    this.current.set(id, device === "webgpu" ? await this.mover.toGpu(tensor) : tensor);
  }

  get(id: number): OrtTensor {
    const tensor = this.current.get(id);
    if (!tensor) throw new Error("an array that was let go of, or lost by a failed step, is asked for");
    return tensor;
  }

  async fetch(id: number): Promise<HostData> {
    const tensor = this.get(id);
    const data = await this.hostData(tensor);
    return tensor.location === "cpu" ? data.slice() : data;
  }

  /** The values, which are kept no longer. */
  async take(id: number): Promise<HostData> {
    const tensor = this.get(id);
    const data = await this.hostData(tensor);
    if (tensor.location === "cpu") this.current.delete(id);
    this.drop(id);
    return data;
  }

  /** The values of a tensor; of one on the host its own array. */
  async hostData(tensor: OrtTensor): Promise<HostData> {
    const onHost = tensor.location === "gpu-buffer" ? await this.mover.toHost(tensor) : tensor;
    return onHost.data as HostData;
  }

  drop(id: number): void {
    for (const tensors of [this.current, this.spare]) {
      const tensor = tensors.get(id);
      tensors.delete(id);
      if (tensor) free(tensor);
    }
  }

  /** What a program writes the new values of a kept array to; null where the device's own memory takes them. */
  target({ id, dtype, shape, inPlace }: KeptOutput, device: Device): OrtTensor | null {
    if (device === "webgpu") return null;
    const current = this.current.get(id);
    if (inPlace && current) return current;
    const spare = this.spare.get(id) ?? this.tensor(dtype, shape, new ARRAYS[dtype](sizeOf(shape)));
    this.spare.set(id, spare);
    return spare;
  }

  /** Takes what was written as the array's values from now on. */
  replace(id: number, written: OrtTensor): void {
    const before = this.current.get(id);
    this.current.set(id, written);
    if (this.spare.get(id) === written) {
      if (before) this.spare.set(id, before);
      else this.spare.delete(id);
    } else if (before && before !== written) free(before);
  }

  tensor(dtype: Kind, shape: readonly number[], data: HostData): OrtTensor {
    return new this.runtime.Tensor(dtype, data as Float32Array, shape);
  }
}

const nowhere = new MessageChannel().port1;
nowhere.close();

/** Frees a tensor's memory now, and not when the garbage of this thread, which makes little, is next collected. */
export function free(tensor: OrtTensor): void {
  if (tensor.location === "cpu") nowhere.postMessage(null, [(tensor.data as HostData).buffer as ArrayBuffer]);
  else tensor.dispose();
}
