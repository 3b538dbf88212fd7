/**
 * Hashes of videos that earlier runs have read, on disk: one line each, `<key> <hash> <check>`, appended and never changed. The
 * key stands for the video's name and the state of its files, so that a line can be useless but not wrong. Lines that are torn or
 * mixed up, by a killed process or two that write at once over a network, fail their check and are left out. The file may be
 * deleted at any time: videos are then read again.
 */
import { appendFileSync, createReadStream, existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { crc32 } from "node:zlib";

/** Lines that are kept back until they are written together. */
const TOGETHER = 64;

export class ContentLog {
  private readonly hashes = new Map<string, string>();
  private waiting: string[] = [];
  private loading: Promise<void> | null = null;

  constructor(private readonly file: string) {}

  /** The hash under this key; undefined where no run has noted one. */
  async get(key: string): Promise<string | undefined> {
    this.loading ??= this.load();
    await this.loading;
    return this.hashes.get(key);
  }

  /** Notes a hash; on disk at the latest after `flush`. */
  set(key: string, hash: string): void {
    this.hashes.set(key, hash);
    this.waiting.push(lineOf(key, hash));
    if (this.waiting.length >= TOGETHER) this.flush();
  }

  /** Writes what is kept back. Where that fails the next run reads some videos again; nothing else depends on it. */
  flush(): void {
    if (this.waiting.length === 0) return;
    try {
      mkdirSync(path.dirname(this.file), { recursive: true });
      // The first line break ends what a killed process may have left.
      appendFileSync(this.file, `\n${this.waiting.join("\n")}\n`);
    } catch {
      // A full or read-only disk.
    }
    this.waiting = [];
  }

  private async load(): Promise<void> {
    if (!existsSync(this.file)) return;
    for await (const line of createInterface({ input: createReadStream(this.file, "latin1") })) {
      const [key = "", hash = ""] = line.split(" ");
      if (line === lineOf(key, hash)) this.hashes.set(key, hash);
    }
  }
}

function lineOf(key: string, hash: string): string {
  const text = `${key} ${hash}`;
  return `${text} ${crc32(text).toString(16)}`;
}
