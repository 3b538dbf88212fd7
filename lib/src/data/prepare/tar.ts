/** The files in an uncompressed tar archive: their names, and where their bytes are. Only headers are read. */
import { type FileHandle, open } from "node:fs/promises";
import { UserError } from "../../errors.js";

const BLOCK = 512;

/** Longest name or pax header that is believed. */
const MOST_META = 1 << 20;

export interface TarEntry {
  readonly name: string;
  /** Where its bytes begin in the archive. */
  readonly offset: number;
  readonly bytes: number;
}

/**
 * Yields the regular files of an archive (ustar, GNU, pax) in its order. Throws a UserError, after those before it, where the archive
 * breaks off or a header is damaged.
 */
export async function* tarEntries(file: string): AsyncGenerator<TarEntry> {
  const archive = await open(file);
  try {
    const { size } = await archive.stat();
    const header = Buffer.alloc(BLOCK);
    let longName: string | null = null;
    let longBytes: number | null = null;
    for (let at = 0; at < size; ) {
      if (at + BLOCK > size) throw brokenOff(file, at);
      await readFully(archive, header, at, file);
      if (header.every((byte) => byte === 0)) return;
      checkSum(header, file, at);
      const type = String.fromCharCode(header[156]!);
      const bytes: number = type === "x" ? numberIn(header, 124, 12) : (longBytes ?? numberIn(header, 124, 12));
      const offset = at + BLOCK;
      if (offset + bytes > size) throw brokenOff(file, at, longName ?? nameIn(header));
      if (type === "L" || type === "x") {
        if (bytes > MOST_META)
          throw new UserError(`${file}: a name of ${bytes} bytes at byte ${at}: the archive is damaged`);
        const meta = Buffer.alloc(bytes);
        await readFully(archive, meta, offset, file);
        if (type === "L") longName = textIn(meta, 0, bytes);
        else {
          const pax = paxRecords(meta);
          longName = pax.get("path") ?? longName;
          const stated = pax.get("size");
          longBytes = stated === undefined ? longBytes : Number(stated);
        }
      } else if (type !== "K" && type !== "g") {
        if (type === "0" || type === "\0" || type === "7") yield { name: longName ?? nameIn(header), offset, bytes };
        longName = null;
        longBytes = null;
      }
      at = offset + Math.ceil(bytes / BLOCK) * BLOCK;
    }
  } finally {
    await archive.close();
  }
}

async function readFully(archive: FileHandle, into: Buffer, at: number, file: string): Promise<void> {
  for (let done = 0; done < into.length; ) {
    const { bytesRead } = await archive.read(into, done, into.length - done, at + done);
    if (bytesRead === 0) throw brokenOff(file, at);
    done += bytesRead;
  }
}

function brokenOff(file: string, at: number, member?: string): UserError {
  const where = member === undefined ? `at byte ${at}` : `within "${member}"`;
  return new UserError(`${file}: the archive breaks off ${where}; fetch it again, or leave out what is missing`);
}

function checkSum(header: Buffer, file: string, at: number): void {
  let sum = 0;
  for (const [i, byte] of header.entries()) sum += i >= 148 && i < 156 ? 32 : byte;
  if (sum === numberIn(header, 148, 8)) return;
  throw new UserError(`${file}: no tar header at byte ${at}: the archive is damaged, or compressed (unpack it first)`);
}

/** Octal digits, or, with the first bit set, a big-endian number. */
function numberIn(header: Buffer, at: number, length: number): number {
  if (header[at]! & 0x80) {
    let value = 0;
    for (let i = at + 1; i < at + length; i++) value = value * 256 + header[i]!;
    return value;
  }
  const digits = textIn(header, at, length).trim();
  return digits === "" ? 0 : Number.parseInt(digits, 8);
}

function nameIn(header: Buffer): string {
  const isUstar = header.toString("latin1", 257, 263) === "ustar\0";
  const prefix = isUstar ? textIn(header, 345, 155) : "";
  const name = textIn(header, 0, 100);
  return prefix === "" ? name : `${prefix}/${name}`;
}

function textIn(bytes: Buffer, at: number, length: number): string {
  const end = bytes.indexOf(0, at);
  return bytes.toString("utf8", at, end < 0 || end > at + length ? at + length : end);
}

/** Records "<length> <key>=<value>\n". */
function paxRecords(meta: Buffer): Map<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < meta.length; ) {
    const space = meta.indexOf(32, at);
    const length = Number(meta.toString("latin1", at, Math.max(at, space)));
    if (space < 0 || !(length > 0)) break;
    const record = meta.toString("utf8", space + 1, at + length - 1);
    const equals = record.indexOf("=");
    records.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
}
