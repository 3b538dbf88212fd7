/** A run's identity: the SHA-256 of its spec's canonical JSON (ours). */
import { createHash } from "node:crypto";
import type { RunSpec } from "./spec.js";

/**
 * JSON with sorted keys, no white space and one spelling a value, so that equal values give equal text.
 *
 * @throws Error naming the place (`spec.train.lr`) of anything that JSON would drop or change silently:
 *   `undefined`, a function, a non-finite number, an object that is not plain.
 */
export function canonicalJson(value: unknown, place = "spec"): string {
  if (value === null || typeof value === "boolean" || typeof value === "string") return JSON.stringify(value);
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new Error(`${place} is ${value}: a canonical number must be finite`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) {
    return `[${Array.from(value, (item, index) => canonicalJson(item, `${place}[${index}]`)).join(",")}]`;
  }
  if (typeof value === "object" && isPlain(value)) {
    const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${fields.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item, `${place}.${key}`)}`).join(",")}}`;
  }
  throw new Error(`${place} is ${typeof value}: canonical JSON holds only plain values, arrays and objects`);
}

/** The run's id: 64 hex digits. Key order in `spec` does not matter; every value does. */
export function runId(spec: RunSpec): string {
  return sha256(canonicalJson(spec));
}

/** First 12 hex digits of an id: enough to name a run on a screen. */
export function shortId(id: string): string {
  return id.slice(0, 12);
}

/** SHA-256 of a text (UTF-8) as 64 hex digits. */
export function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}

function isPlain(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
