/** The plain tar archives of PyTorch's oldest format: ustar headers, members found by name. */
import { UserError } from "../../errors.js";
import type { ByteFile } from "../bytes.js";

export interface TarMember {
  readonly at: number;
  readonly size: number;
}

const BLOCK = 512;
/** The format has four members; a few more would be extended headers. */
const MEMBER_LIMIT = 64;

/** Is this block a tar header? Its checksum says so. */
export function isTarHeader(block: Uint8Array): boolean {
  if (block.length < BLOCK) return false;
  const claimed = octal(block, 148, 8);
  let sum = 8 * 32;
  for (let at = 0; at < BLOCK; at++) if (at < 148 || at >= 156) sum += block[at]!;
  return claimed === sum;
}

/** The regular members of a tar archive by name. Throws a UserError where a header is damaged. */
export async function readTar(file: ByteFile): Promise<Map<string, TarMember>> {
  const members = new Map<string, TarMember>();
  for (let at = 0, count = 0; at + BLOCK <= file.size; count++) {
    const header = await file.read(at, BLOCK);
    if (header.every((byte) => byte === 0)) break;
    const size = octal(header, 124, 12);
    if (!isTarHeader(header) || size === null || at + BLOCK + size > file.size || count >= MEMBER_LIMIT) {
      throw new UserError(`${file.path} is not a sound tar archive: the header at byte ${at} is damaged`);
    }
    const type = header[156];
    const name = text(header, 0, 100).replace(/^\.\//, "");
    // "0" and NUL are regular files; directories and extended headers are passed over.
    if (type === 48 || type === 0) members.set(name, { at: at + BLOCK, size });
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return members;
}

function text(block: Uint8Array, at: number, length: number): string {
  const field = Buffer.from(block.subarray(at, at + length));
  const end = field.indexOf(0);
  return field.toString("latin1", 0, end < 0 ? length : end);
}

/** An octal field; null where it is not one. */
function octal(block: Uint8Array, at: number, length: number): number | null {
  const digits = text(block, at, length).trim();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : null;
}
