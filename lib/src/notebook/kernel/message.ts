/**
 * Messages of the Jupyter protocol on the wire: routing parts, a delimiter, a signature, then four JSON parts.
 * Source: Jupyter messaging protocol 5.3, section "The wire protocol".
 */
import { createHmac, randomUUID } from "node:crypto";

/** A JSON object whose fields nobody has checked yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** A message from a kernel. */
export interface Message {
  readonly type: string;
  /** Id of the request that it answers; empty where it answers none. */
  readonly parentId: string;
  readonly content: Fields;
}

/** A request that is ready to be sent. */
export interface Packed {
  readonly id: string;
  readonly frames: readonly string[];
}

const DELIMITER = "<IDS|MSG>";

/** A request, signed with the connection's key. */
export function packMessage(type: string, content: Fields, key: string, session: string): Packed {
  const id = randomUUID();
  const date = new Date().toISOString();
  const header = { msg_id: id, msg_type: type, session, username: "vghif", version: "5.3", date };
  const parts = [header, {}, {}, content].map((part) => JSON.stringify(part));
  return { id, frames: [DELIMITER, sign(parts, key), ...parts] };
}

/** Reads a message. Throws where it is malformed or its signature is wrong. */
export function unpackMessage(frames: readonly Buffer[], key: string): Message {
  const texts = frames.map((frame) => frame.toString("utf8"));
  const start = texts.indexOf(DELIMITER);
  const [signature, ...parts] = texts.slice(start + 1);
  if (start < 0 || parts.length < 4) throw new Error("the kernel sent a malformed message");
  if (signature !== sign(parts, key)) throw new Error("the kernel sent a message with a wrong signature");
  const [header, parent, , content] = parts.map((part) => JSON.parse(part) as Fields);
  return { type: String(header?.msg_type), parentId: String(parent?.msg_id ?? ""), content: content ?? {} };
}

function sign(parts: readonly string[], key: string): string {
  const hash = createHmac("sha256", key);
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}
