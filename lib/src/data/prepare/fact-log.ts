/**
 * What was learned of the videos below a folder, kept while it is learned: a line a video, appended. A killed run loses at most the
 * lines of its last second; a torn last line is left out.
 */
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { messageOf, UserError } from "../../errors.js";
import { writeFileWhole } from "../../files.js";
import type { Facts, FoundVideo } from "./found.js";
import { indexFolder } from "./index-file.js";

/** Lines, and ms, that are gathered before they are written. */
const GATHERED = 256;
const GATHERED_MS = 500;

interface Line extends Facts {
  readonly path: string;
  readonly bytes: number;
  readonly mtime: number;
  readonly ctime: number;
}

export class FactLog {
  private readonly known = new Map<string, Line>();
  private waiting: string[] = [];
  private lastWrite = performance.now();
  private lines = 0;

  private constructor(private readonly file: string) {}

  /** The log of a folder, read; empty where there is none yet. */
  static open(root: string): FactLog {
    const name = createHash("sha256").update(root).digest("hex").slice(0, 16);
    const log = new FactLog(path.join(indexFolder(), `facts-${name}.jsonl`));
    if (!existsSync(log.file)) return log;
    const text = readFileSync(log.file, "utf8");
    for (const line of text.split("\n")) {
      const parsed = parse(line);
      if (!parsed) continue;
      log.known.set(parsed.path, parsed);
      log.lines++;
    }
    if (text !== "" && !text.endsWith("\n")) log.waiting.push("");
    return log;
  }

  /** What is known of a video that is still the same by size and times, or null. */
  get(video: FoundVideo): Facts | null {
    const line = this.known.get(video.path);
    if (!line || line.bytes !== video.bytes) return null;
    if (line.mtime !== video.mtime || line.ctime !== video.ctime) return null;
    const { hash, frames, error, damage } = line;
    return { hash, frames, error, damage };
  }

  add(video: FoundVideo, facts: Facts): void {
    const { path: name, bytes, mtime, ctime } = video;
    const line: Line = { path: name, bytes, mtime, ctime, ...facts };
    this.known.set(name, line);
    this.waiting.push(JSON.stringify(line));
    if (this.waiting.length >= GATHERED || performance.now() - this.lastWrite > GATHERED_MS) this.flush();
  }

  /** Writes what is gathered. */
  flush(): void {
    this.lastWrite = performance.now();
    if (this.waiting.length === 0) return;
    const text = `${this.waiting.join("\n")}\n`;
    this.writing(() => {
      mkdirSync(path.dirname(this.file), { recursive: true });
      appendFileSync(this.file, text);
    });
    this.lines += this.waiting.length;
    this.waiting = [];
  }

  /** Writes what is gathered; takes out lines that later ones replace, where they have become many. */
  close(): void {
    this.flush();
    if (this.lines <= 2 * this.known.size) return;
    const text = [...this.known.values()].map((line) => `${JSON.stringify(line)}\n`).join("");
    this.writing(() => writeFileWhole(this.file, text));
  }

  private writing(write: () => void): void {
    try {
      write();
    } catch (error) {
      throw new UserError(`cannot write ${this.file}: ${messageOf(error)}; what was written before is kept`);
    }
  }
}

function parse(line: string): Line | null {
  if (line === "") return null;
  try {
    return JSON.parse(line) as Line;
  } catch {
    return null;
  }
}
