/**
 * The index of a shard: a header, then an entry of fixed size for every record of the shard's data, each with a checksum of its
 * own. It is only ever appended to, after the record that the entry is about. All numbers little-endian.
 */
import { crc32 } from "node:zlib";

/** Bytes of the header, and of an entry. */
export const ENTRY = 64;

/** Where a record is, and what its bytes add up to. */
export interface Entry {
  /** Of the video's content: 64 hexadecimal digits. */
  readonly content: string;
  /** Bytes from the start of the shard's data. */
  readonly offset: number;
  readonly length: number;
  /** CRC-32 of the record. */
  readonly checksum: number;
}

const MAGIC = "vghif features 1";

/** @param key what decides all features but the video: 64 hexadecimal digits */
export function indexHeader(key: string): Buffer {
  const bytes = Buffer.alloc(ENTRY);
  bytes.write(MAGIC, 0, "latin1");
  bytes.write(key, 16, "hex");
  return sealed(bytes);
}

/** Whether these bytes are the header of an index for this key. */
export function isIndexHeader(bytes: Uint8Array, key: string): boolean {
  return bytes.length === ENTRY && indexHeader(key).equals(bytes);
}

export function encodeEntry({ content, offset, length, checksum }: Entry): Buffer {
  const bytes = Buffer.alloc(ENTRY);
  bytes.write(content, 0, "hex");
  bytes.writeBigUInt64LE(BigInt(offset), 32);
  bytes.writeBigUInt64LE(BigInt(length), 40);
  bytes.writeUInt32LE(checksum, 48);
  return sealed(bytes);
}

/** The entry at this place of an index's bytes; null for one that is damaged or only half written. */
export function entryAt(bytes: Buffer, at: number): Entry | null {
  if (crc32(bytes.subarray(at, at + ENTRY - 4)) !== bytes.readUInt32LE(at + ENTRY - 4)) return null;
  const offset = Number(bytes.readBigUInt64LE(at + 32));
  const length = Number(bytes.readBigUInt64LE(at + 40));
  if (!Number.isSafeInteger(offset + length)) return null;
  return { content: bytes.toString("hex", at, at + 32), offset, length, checksum: bytes.readUInt32LE(at + 48) };
}

function sealed(bytes: Buffer): Buffer {
  bytes.writeUInt32LE(crc32(bytes.subarray(0, ENTRY - 4)), ENTRY - 4);
  return bytes;
}
