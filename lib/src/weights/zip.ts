/**
 * Zip archives as PyTorch writes them: members stored, not compressed, found through the central directory (with its
 * 64-bit extension) and read by offset, each checked against its CRC-32. Written here and not taken from a library: byte
 * offsets into a large file and refusing everything else are the whole point. Source: PKWARE's APPNOTE, sections 4.3-4.5.
 */
import { crc32 } from "node:zlib";
import { UserError } from "../errors.js";
import type { ByteFile } from "./bytes.js";

export interface ZipMember {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

export interface ZipArchive {
  /** Names of all members. */
  readonly members: ReadonlyMap<string, ZipMember>;
  /**
   * Part of a stored member; default: all of it. The first read of a member checks its checksum, in bounded memory.
   * Throws a UserError for a compressed, damaged or absent member.
   */
  read(name: string, begin?: number, length?: number): Promise<Uint8Array<ArrayBuffer>>;
}

interface Member extends ZipMember {
  readonly method: number;
  readonly crc: number;
  readonly header: number;
}

const END = { signature: 0x06054b50, size: 22 };
const END64 = { signature: 0x06064b50, size: 56 };
const LOCATOR64 = { signature: 0x07064b50, size: 20 };
const CENTRAL = { signature: 0x02014b50, size: 46 };
const LOCAL = { signature: 0x04034b50, size: 30 };
const COMMENT_LIMIT = 0xffff;
/** Bytes of the central directory; a checkpoint with 100 000 tensors has about 10 MB. */
const DIRECTORY_LIMIT = 1 << 26;
/** Bytes read at a time where only the checksum matters. */
const CHUNK = 1 << 20;

const u16 = (bytes: Buffer, at: number): number => bytes.readUInt16LE(at);
const u32 = (bytes: Buffer, at: number): number => bytes.readUInt32LE(at);
const u64 = (bytes: Buffer, at: number): number => Number(bytes.readBigUInt64LE(at));

/** Reads the central directory of a zip archive. Throws a UserError where the file is not a sound one. */
export async function openZip(file: ByteFile): Promise<ZipArchive> {
  const bad = (what: string): UserError => new UserError(`${file.path} is not a sound zip archive: ${what}`);
  const at = async (position: number, length: number): Promise<Buffer> =>
    Buffer.from((await file.read(position, length)).buffer);
  const { offset, size, count } = await findDirectory(file.size, at, bad);
  if (offset + size > file.size) throw bad("its directory lies beyond its end");
  if (size > DIRECTORY_LIMIT || count * CENTRAL.size > size) throw bad(`its directory claims ${count} members`);
  const members = readDirectory(await at(offset, size), count, bad);
  const starts = new Map<string, number>();
  const checked = new Set<string>();

  const startOf = async (member: Member): Promise<number> => {
    const known = starts.get(member.name);
    if (known !== undefined) return known;
    const local = await at(member.header, LOCAL.size);
    if (u32(local, 0) !== LOCAL.signature) throw bad(`member "${member.name}" is not where the directory says`);
    const nameLength = u16(local, 26);
    const name = (await at(member.header + LOCAL.size, nameLength)).toString("utf8");
    if (name !== member.name) throw bad(`member "${member.name}" calls itself "${name.slice(0, 100)}"`);
    const start = member.header + LOCAL.size + nameLength + u16(local, 28);
    if (start + member.size > offset) throw bad(`member "${member.name}" runs into the directory`);
    starts.set(member.name, start);
    return start;
  };
  const check = (member: Member, crc: number): void => {
    if (crc !== member.crc)
      throw new UserError(`${file.path}: member "${member.name}" is damaged (its CRC-32 is wrong)`);
    checked.add(member.name);
  };

  return {
    members,
    async read(name, begin = 0, length) {
      const member = members.get(name);
      if (!member) throw new UserError(`${file.path}: member "${name}" is missing from the archive`);
      if (member.method !== 0) {
        throw new UserError(
          `${file.path}: member "${name}" is compressed; PyTorch stores it plain: unpack and save again`,
        );
      }
      const start = await startOf(member);
      const wanted = length ?? member.size - begin;
      if (begin + wanted > member.size) throw bad(`member "${name}" has ${member.size} bytes`);
      if (!checked.has(name) && wanted < member.size) {
        let crc = 0;
        for (let done = 0; done < member.size; done += CHUNK) {
          crc = crc32(await file.read(start + done, Math.min(CHUNK, member.size - done)), crc);
        }
        check(member, crc);
      }
      const bytes = await file.read(start + begin, wanted);
      if (!checked.has(name)) check(member, crc32(bytes));
      return bytes;
    },
  };
}

async function findDirectory(
  size: number,
  at: (position: number, length: number) => Promise<Buffer>,
  bad: (what: string) => UserError,
): Promise<{ offset: number; size: number; count: number }> {
  const tailStart = Math.max(0, size - COMMENT_LIMIT - END.size);
  const tail = await at(tailStart, size - tailStart);
  let end = tail.length - END.size;
  while (end >= 0 && !(u32(tail, end) === END.signature && end + END.size + u16(tail, end + 20) === tail.length)) end--;
  if (end < 0) throw bad("it has no end record; it is truncated or was never whole");
  const found = { offset: u32(tail, end + 16), size: u32(tail, end + 12), count: u16(tail, end + 10) };
  const locatorAt = tailStart + end - LOCATOR64.size;
  if (locatorAt < 0) return found;
  const locator = await at(locatorAt, LOCATOR64.size);
  if (u32(locator, 0) !== LOCATOR64.signature) return found;
  const end64At = u64(locator, 8);
  if (!(end64At + END64.size <= locatorAt)) throw bad("its 64-bit end record is not where it should be");
  const end64 = await at(end64At, END64.size);
  if (u32(end64, 0) !== END64.signature) throw bad("its 64-bit end record is not where it should be");
  return { offset: u64(end64, 48), size: u64(end64, 40), count: u64(end64, 32) };
}

function readDirectory(bytes: Buffer, count: number, bad: (what: string) => UserError): Map<string, Member> {
  const members = new Map<string, Member>();
  let at = 0;
  for (let index = 0; index < count; index++) {
    if (at + CENTRAL.size > bytes.length || u32(bytes, at) !== CENTRAL.signature) throw bad("its directory is damaged");
    const [nameLength, extraLength, commentLength] = [u16(bytes, at + 28), u16(bytes, at + 30), u16(bytes, at + 32)];
    const next = at + CENTRAL.size + nameLength + extraLength + commentLength;
    if (next > bytes.length) throw bad("its directory is damaged");
    const nameEnd = at + CENTRAL.size + nameLength;
    const name = bytes.toString("utf8", at + CENTRAL.size, nameEnd);
    if (members.has(name)) throw bad(`it has two members "${name}"`);
    const wide = wideFields(bytes.subarray(nameEnd, nameEnd + extraLength), bad);
    const field = (value: number): number => (value === 0xffffffff ? wide() : value);
    const size = field(u32(bytes, at + 24));
    const packed = field(u32(bytes, at + 20));
    const method = u16(bytes, at + 10);
    if (u16(bytes, at + 8) & 1) throw bad(`member "${name}" is encrypted`);
    if (method === 0 && packed !== size) throw bad(`member "${name}" has two sizes, ${size} and ${packed}`);
    members.set(name, { name, size, method, crc: u32(bytes, at + 16), header: field(u32(bytes, at + 42)) });
    at = next;
  }
  if (at !== bytes.length) throw bad("its directory is damaged");
  return members;
}

/** The 64-bit values of a member's zip64 extra field, one after another. */
function wideFields(extra: Buffer, bad: (what: string) => UserError): () => number {
  let at = 0;
  while (at + 4 <= extra.length && u16(extra, at) !== 1) at += 4 + u16(extra, at + 2);
  const end = at + 4 <= extra.length ? at + 4 + u16(extra, at + 2) : 0;
  let next = at + 4;
  return () => {
    if (next + 8 > end || end > extra.length) throw bad("its directory is damaged");
    next += 8;
    return u64(extra, next - 8);
  };
}
