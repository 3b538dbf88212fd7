/** Features that anybody can recompute from a number, and the content hash that names them. */
import { createHash } from "node:crypto";
import type { HostTensor } from "vghif/dist/weights/tensors.js";

export const KEY = createHash("sha256").update("key").digest("hex");

export function contentOf(id: number): string {
  return createHash("sha256").update(`video ${id}`).digest("hex");
}

/** @param scale of the larger tensor: 4 * 17 * scale bytes */
export function featureOf(id: number, scale = 13): Map<string, HostTensor> {
  const values = (count: number, salt: number): Float32Array =>
    Float32Array.from({ length: count }, (_, at) => Math.fround(Math.sin(id * 131 + salt) * (at + 1)));
  return new Map<string, HostTensor>([
    ["cls", { dtype: "F32", shape: [3, 5], data: values(15, 1) }],
    ["level.1.patch", { dtype: "F32", shape: [17, scale], data: values(17 * scale, 2) }],
    ["frames", { dtype: "I32", shape: [3], data: Int32Array.of(id, -id, 7) }],
    ["mask", { dtype: "U8", shape: [5], data: Uint8Array.of(1, 0, id % 256, 1, 1) }],
  ]);
}
