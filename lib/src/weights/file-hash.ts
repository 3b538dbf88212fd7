/** Hashes of files, taken once a process while a file stays what it was. */
import { createHash } from "node:crypto";
import { type BigIntStats, createReadStream } from "node:fs";
import { stat } from "node:fs/promises";

interface Known {
  /** Device, inode, size and times. */
  readonly state: string;
  readonly hash: string;
}

const known = new Map<string, Known>();

/** A file that was changed less than so many nanoseconds ago may change again without another time: not remembered. */
const SETTLED = 2_000_000_000n;

/** SHA-256 of a file's bytes, hexadecimal. Read as a stream, unless this process has read it before and it has not changed. */
export async function fileHash(file: string): Promise<string> {
  const before = await stat(file, { bigint: true });
  const state = stateOf(before);
  const remembered = known.get(file);
  if (remembered?.state === state) return remembered.hash;
  const now = BigInt(Date.now()) * 1_000_000n;
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  const digest = hash.digest("hex");
  const settled = now - before.mtimeNs > SETTLED && now - before.ctimeNs > SETTLED;
  if (settled && stateOf(await stat(file, { bigint: true })) === state) known.set(file, { state, hash: digest });
  else known.delete(file);
  return digest;
}

function stateOf({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
  return [dev, ino, size, mtimeNs, ctimeNs].join(" ");
}
