/** What the shards of a folder hold: their indexes, read as far as they have grown. */
import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync } from "node:fs";
import path from "node:path";
import { ENTRY, type Entry, entryAt, isIndexHeader } from "./entry.js";
import { INDEX } from "./writer.js";

/** A record of a shard. */
export interface Place extends Omit<Entry, "content"> {
  /** The shard's name, without folder and ending. */
  readonly shard: string;
}

/** Entries read at a time. */
const CHUNK = 4096;

export class Shards {
  /** By content. More than one where several processes made the same, or where one was damaged and made again. */
  private readonly places = new Map<string, Place | readonly Place[]>();
  /** Bytes of each index that are read; null for a file that is no index for this key. */
  private readonly read = new Map<string, number | null>();

  constructor(
    private readonly folder: string,
    private readonly key: string,
  ) {}

  /** Videos with a record. */
  get size(): number {
    return this.places.size;
  }

  has(content: string): boolean {
    return this.places.has(content);
  }

  /** Where the content's records are. */
  of(content: string): readonly Place[] {
    const places = this.places.get(content) ?? [];
    return "shard" in places ? [places] : places;
  }

  add(content: string, { shard, offset, length, checksum }: Place): void {
    const own = { shard, offset, length, checksum };
    const others = this.of(content);
    this.places.set(content, others.length === 0 ? own : [...others, own]);
  }

  /** Forgets a record that turned out to be damaged. */
  remove(content: string, place: Place): void {
    const others = this.of(content).filter((other) => other !== place);
    if (others.length === 0) this.places.delete(content);
    else this.places.set(content, others);
  }

  /** Bytes of all records that are known. */
  bytes(): number {
    let sum = 0;
    for (const content of this.places.keys()) for (const { length } of this.of(content)) sum += length;
    return sum;
  }

  /**
   * Reads what indexes have gained since the last time.
   *
   * @param own names of shards whose entries were added as they were written
   */
  refresh(own: ReadonlySet<string>): void {
    if (!existsSync(this.folder)) return;
    for (const file of readdirSync(this.folder).sort()) {
      if (!file.endsWith(INDEX)) continue;
      const shard = file.slice(0, -INDEX.length);
      const from = this.read.get(shard) ?? (this.read.has(shard) ? null : 0);
      if (from !== null && !own.has(shard)) this.read.set(shard, this.readIndex(shard, from));
    }
  }

  private readIndex(shard: string, from: number): number | null {
    let descriptor: number;
    try {
      descriptor = openSync(path.join(this.folder, shard + INDEX), "r");
    } catch {
      return from; // Removed meanwhile, or not ours to read.
    }
    try {
      const { size } = fstatSync(descriptor);
      if (size < from + ENTRY) return from;
      let at = from;
      if (from === 0) {
        if (!isIndexHeader(bytesAt(descriptor, 0, ENTRY), this.key)) return null;
        at = ENTRY;
      }
      // An entry that another process is writing at this moment may be half there: all after the last whole one is read again.
      let end = at;
      while (at + ENTRY <= size) {
        const bytes = bytesAt(descriptor, at, Math.min(CHUNK * ENTRY, size - at));
        for (let inside = 0; inside + ENTRY <= bytes.length; inside += ENTRY) {
          const entry = entryAt(bytes, inside);
          if (entry === null) continue;
          this.add(entry.content, { shard, ...entry });
          end = at + inside + ENTRY;
        }
        if (bytes.length < ENTRY) break;
        at += Math.floor(bytes.length / ENTRY) * ENTRY;
      }
      return end;
    } finally {
      closeSync(descriptor);
    }
  }
}

/** As many of these bytes as there are. */
function bytesAt(descriptor: number, position: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const count = readSync(descriptor, bytes, done, length - done, position + done);
    if (count === 0) break;
    done += count;
  }
  return bytes.subarray(0, done);
}
