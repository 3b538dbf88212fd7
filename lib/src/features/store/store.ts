/**
 * Features of one key on disk, in shards (writer.ts) in one folder, by the content of the videos. Any number of processes may
 * read and write it at the same time. A record is used only if its checksum is right; one that is damaged is as good as absent.
 */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { crc32 } from "node:zlib";
import { messageOf, UserError } from "../../errors.js";
import type { HostTensor } from "../../weights/tensors.js";
import { OpenFiles } from "./open-files.js";
import { decodeRecord, encodeRecord } from "./record.js";
import { type Place, Shards } from "./shards.js";
import { DATA, ShardWriter } from "./writer.js";

export interface StoreOptions {
  /** Stores 32-bit floats as halves. Default false. */
  readonly half?: boolean;
  /** Bytes after which a shard ends and another begins. Default 1 GiB. */
  readonly shardBytes?: number;
}

/** What other processes have written is looked for at most this often, in milliseconds. */
const LOOK_EVERY = 50;

export class FeatureStore {
  private readonly shards: Shards;
  private readonly writer: ShardWriter;
  private readonly files = new OpenFiles();
  /** Whether 32-bit floats are stored as halves. */
  readonly half: boolean;
  private looked = Number.NEGATIVE_INFINITY;

  /**
   * Opens a folder, made where there is none.
   *
   * @param key what decides all features but the video: 64 hexadecimal digits; shards of another key are not looked at
   */
  constructor(
    readonly folder: string,
    key: string,
    { half = false, shardBytes }: StoreOptions = {},
  ) {
    this.half = half;
    try {
      mkdirSync(folder, { recursive: true });
    } catch (error) {
      throw new UserError(`cannot make the cache folder ${folder}: ${messageOf(error)}; set VGHIF_CACHE`);
    }
    this.shards = new Shards(folder, key);
    this.writer = new ShardWriter(folder, key, shardBytes);
    this.refresh();
  }

  /** Whether there is a record of this content (64 hexadecimal digits), also one of another process, of some milliseconds ago. */
  has(content: string): boolean {
    if (this.shards.has(content)) return true;
    if (performance.now() - this.looked < LOOK_EVERY) return false;
    this.refresh();
    return this.shards.has(content);
  }

  /** Bytes of the content's record; 0 where there is none. */
  bytes(content: string): number {
    return this.shards.of(content)[0]?.length ?? 0;
  }

  /** The features of this content, owned by the caller; null where there are none, or only damaged ones. */
  async read(content: string): Promise<Map<string, HostTensor> | null> {
    if (!this.has(content)) return null;
    for (const place of this.shards.of(content)) {
      const feature = await this.recordAt(place);
      if (feature) return feature;
      this.shards.remove(content, place);
    }
    return null;
  }

  /** Keeps features of a content; nothing is written where there is a record. @throws UserError, NoRoomError for a full disk */
  async write(content: string, feature: ReadonlyMap<string, HostTensor>): Promise<void> {
    if (this.has(content)) return;
    const written = await this.writer.append(content, encodeRecord(feature, this.half));
    this.shards.add(content, written);
  }

  /** Sees what other processes have written. */
  refresh(): void {
    this.shards.refresh(this.writer.shards);
    this.looked = performance.now();
  }

  /** Number of videos, and bytes of their records. */
  size(): { readonly videos: number; readonly bytes: number } {
    return { videos: this.shards.size, bytes: this.shards.bytes() };
  }

  /** Syncs what was written to the disk and closes all files; the store can be used on. */
  async close(): Promise<void> {
    try {
      await this.writer.close();
    } finally {
      await this.files.close();
    }
  }

  private async recordAt({ shard, offset, length, checksum }: Place): Promise<Map<string, HostTensor> | null> {
    const bytes = await this.files.read(path.join(this.folder, shard + DATA), offset, length);
    return bytes !== null && crc32(bytes) === checksum ? decodeRecord(bytes) : null;
  }
}
