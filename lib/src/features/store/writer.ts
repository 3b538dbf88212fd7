/**
 * Writes shards: a file of records and its index. A shard has one writer, the process that made it under a name that no other
 * has, so that any number of processes may write into a folder without a lock. A record is whole in the data before the index
 * names it: a process that is killed at any moment leaves at most bytes that nothing points to.
 */
import { randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, rm } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { crc32 } from "node:zlib";
import { ENTRY, type Entry, encodeEntry, indexHeader } from "./entry.js";
import { writeFailure } from "./room.js";

/** A shard of so many bytes is full, and the next one is begun. */
const FULL = 2 ** 30;

/** Names of a shard's two files, without the folder. */
export const DATA = ".data";
export const INDEX = ".index";

interface OpenShard {
  readonly name: string;
  readonly data: FileHandle;
  readonly index: FileHandle;
  /** Bytes of whole records, and of the index. */
  end: number;
  indexEnd: number;
}

export interface Written extends Entry {
  readonly shard: string;
}

export class ShardWriter {
  /** Names of the shards that it has begun. */
  readonly shards = new Set<string>();
  private shard: OpenShard | null = null;
  /** The one that was closed before it was full. */
  private before: Pick<OpenShard, "name" | "end" | "indexEnd"> | null = null;
  /** Records are written one after the other, in the order of the calls. */
  private last: Promise<unknown> = Promise.resolve();

  /**
   * @param key goes into every index (`indexHeader`)
   * @param full bytes after which a shard ends
   */
  constructor(
    private readonly folder: string,
    private readonly key: string,
    private readonly full = FULL,
  ) {}

  /** Appends a record. @throws UserError, in one line: a NoRoomError for a full disk; then nothing of it stays */
  append(content: string, pieces: readonly Uint8Array[]): Promise<Written> {
    return this.inTurn(() => this.write(content, pieces));
  }

  /** Syncs and closes the current shard; `append` opens it again. */
  close(): Promise<void> {
    return this.inTurn(() => this.finish());
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.last.then(work);
    this.last = result.catch(() => undefined);
    return result;
  }

  private async write(content: string, pieces: readonly Uint8Array[]): Promise<Written> {
    const length = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
    const checksum = pieces.reduce((sum, piece) => crc32(piece, sum), 0);
    try {
      this.shard ??= (await this.goOn()) ?? (await this.begin());
      const { shard } = this;
      const entry = { content, offset: shard.end, length, checksum };
      try {
        await writeAll(shard.data, pieces, shard.end);
        await writeAll(shard.index, [encodeEntry(entry)], shard.indexEnd);
      } catch (error) {
        await takeBack(shard);
        throw error;
      }
      shard.end += length;
      shard.indexEnd += ENTRY;
      if (shard.end >= this.full) {
        await this.finish();
        this.before = null;
      }
      return { ...entry, shard: shard.name };
    } catch (error) {
      throw await writeFailure(error, this.folder, length);
    }
  }

  /** Opens the shard that was closed last; null where there is none, or somebody has changed it. */
  private async goOn(): Promise<OpenShard | null> {
    const { before } = this;
    this.before = null;
    if (before === null) return null;
    const opened: FileHandle[] = [];
    try {
      for (const file of this.filesOf(before.name)) opened.push(await open(file, "r+"));
      const [data, index] = opened as [FileHandle, FileHandle];
      const sizes = [(await data.stat()).size, (await index.stat()).size];
      if (sizes[0] === before.end && sizes[1] === before.indexEnd) return { ...before, data, index };
    } catch {
      // Removed: another is begun.
    }
    for (const handle of opened) await handle.close();
    return null;
  }

  private async begin(): Promise<OpenShard> {
    const name = `${hostname().replace(/[^\w-]/g, "_")}-${process.pid}-${randomBytes(4).toString("hex")}`;
    const files = this.filesOf(name);
    const opened: FileHandle[] = [];
    try {
      await mkdir(this.folder, { recursive: true });
      for (const file of files) opened.push(await open(file, "wx"));
      const [data, index] = opened as [FileHandle, FileHandle];
      await writeAll(index, [indexHeader(this.key)], 0);
      this.shards.add(name);
      return { name, data, index, end: 0, indexEnd: ENTRY };
    } catch (error) {
      for (const handle of opened) await handle.close();
      for (const file of files) await rm(file, { force: true });
      throw error;
    }
  }

  private async finish(): Promise<void> {
    const { shard } = this;
    if (shard === null) return;
    this.shard = null;
    try {
      await shard.data.datasync();
      await shard.index.datasync();
    } catch (error) {
      throw await writeFailure(error, this.folder, 0);
    } finally {
      await shard.data.close();
      await shard.index.close();
    }
    const { name, end, indexEnd } = shard;
    this.before = end > 0 ? { name, end, indexEnd } : null;
    if (end === 0) for (const file of this.filesOf(name)) await rm(file, { force: true });
  }

  private filesOf(name: string): readonly [string, string] {
    return [path.join(this.folder, name + DATA), path.join(this.folder, name + INDEX)];
  }
}

/** Gives back the room that a record took which did not get whole. */
async function takeBack({ data, index, end, indexEnd }: OpenShard): Promise<void> {
  try {
    await index.truncate(indexEnd);
    await data.truncate(end);
  } catch {
    return; // Nothing points to these bytes; the failure to write is what is reported.
  }
}

async function writeAll(handle: FileHandle, pieces: readonly Uint8Array[], position: number): Promise<void> {
  let at = position;
  for (const piece of pieces) {
    for (let done = 0; done < piece.length; ) {
      const { bytesWritten } = await handle.write(piece, done, piece.length - done, at + done);
      done += bytesWritten;
    }
    at += piece.length;
  }
}
