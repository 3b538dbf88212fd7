/** The lists below a folder: found by name and first line, read with their checksums, and what there is to say about them. */
import { createHash } from "node:crypto";
import { createReadStream, statSync } from "node:fs";
import { open, readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { messageOf, UserError } from "../../errors.js";
import type { Description, KnownList } from "./description.js";
import type { ListFile } from "./types.js";

/** Enough of a file for its first line. */
const HEAD_BYTES = 4096;

/** How a list is told from others of the same name. */
export interface ListKind {
  /** Of the file's name. */
  readonly name: RegExp;
  /** Of its first line that is not empty. Default: any. */
  readonly firstLine?: RegExp;
  /** Of the folders below the chosen one; decides where several files fit. Default: none. */
  readonly folder?: RegExp;
}

/** Matches this name alone. */
export function exactly(name: string): RegExp {
  return new RegExp(`^${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`);
}

export class ListFolder {
  readonly files: ListFile[] = [];
  readonly notes: string[] = [];
  readonly warnings: string[] = [];

  private constructor(
    /** Absolute. */
    readonly folder: string,
    private readonly description: Description,
    /** Relative to the folder, sorted. */
    private readonly paths: readonly string[],
    private readonly signal: AbortSignal | undefined,
  ) {}

  static async open(folder: string, description: Description, signal?: AbortSignal): Promise<ListFolder> {
    const absolute = path.resolve(folder);
    const paths: string[] = [];
    await collect(absolute, "", paths, signal);
    return new ListFolder(absolute, description, paths.sort(), signal);
  }

  /** The names of the files that fit, each once, sorted. */
  names(kind: ListKind): readonly string[] {
    return [...new Set(this.paths.map((file) => path.basename(file)).filter((name) => kind.name.test(name)))].sort();
  }

  /** The one file of a kind, absolute, or null. Throws a UserError where two that differ fit equally well. */
  async find(kind: ListKind): Promise<string | null> {
    const named = this.paths.filter((file) => kind.name.test(path.basename(file)));
    const fitting: string[] = [];
    for (const file of named) {
      if (!kind.firstLine || kind.firstLine.test(await this.firstLine(file))) fitting.push(file);
    }
    const inFolder = kind.folder ? fitting.filter((file) => kind.folder?.test(path.dirname(file))) : [];
    const [first, ...others] = inFolder.length > 0 ? inFolder : fitting;
    if (first === undefined) return null;
    if (others.length > 0) {
      const known = await this.hash(first);
      for (const other of others) {
        if ((await this.hash(other)) === known) continue;
        throw new UserError(
          `${this.folder}: both ${first} and ${other} could be the ${path.basename(first)} of ${this.description.name}, and they ` +
            "differ: give a folder that holds one of them",
        );
      }
    }
    return path.join(this.folder, first);
  }

  /** A file's text (UTF-8, without a byte-order mark), its checksum noted. `counted` must follow. */
  async read(file: string): Promise<string> {
    this.signal?.throwIfAborted();
    const text = await readFile(file, "utf8").catch((error: unknown) => unreadable(file, error));
    return text.replace(/^\uFEFF/, "");
  }

  /** Notes that a file was read and how many rows it had; a number that is not the known one is warned of. */
  async counted(file: string, rows: number): Promise<void> {
    const list = this.known(path.basename(file));
    const { size } = await stat(file);
    const sha256 = await this.hash(path.relative(this.folder, file));
    this.files.push({ path: file, bytes: size, rows, sha256, expected: list?.sha256 ?? null });
    if (list && list.rows !== null && list.rows !== rows) {
      this.warnings.push(`${file}: ${rows} rows where the official list has ${list.rows}`);
    }
  }

  /** A note for each list that is not the known one, and one for all whose checksum is not known. */
  checksumNotes(): readonly string[] {
    const other = this.files
      .filter(({ sha256, expected }) => expected !== null && expected !== sha256)
      .map(({ path: file, sha256, expected }) => `${file}: SHA-256 ${sha256}, expected ${expected}`);
    const unknown = this.files.filter(({ expected }) => expected === null).length;
    if (unknown > 0) other.push(`no checksum is known for ${unknown} of the ${this.files.length} lists read`);
    return other;
  }

  /** The end of a message: none of a dataset's lists was found. */
  nothing(expected: string): UserError {
    const { name, source } = this.description;
    return new UserError(`no list of ${name} below ${this.folder}: expected ${expected}; its home is ${source}`);
  }

  /** Two files that both hold a split. */
  twice(split: string, first: string, second: string): UserError {
    return new UserError(
      `${this.folder}: both ${path.basename(first)} and ${path.relative(this.folder, second)} hold ${split} videos of ` +
        `${this.description.name}: give a folder that holds one of them`,
    );
  }

  private known(name: string): KnownList | undefined {
    return this.description.lists.find(({ file }) => file === name);
  }

  private async firstLine(file: string): Promise<string> {
    this.signal?.throwIfAborted();
    const whole = path.join(this.folder, file);
    const handle = await open(whole).catch((error: unknown) => unreadable(whole, error));
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
      return (
        buffer
          .toString("utf8", 0, bytesRead)
          .replace(/^\uFEFF/, "")
          .trimStart()
          .split(/\r?\n/)[0] ?? ""
      );
    } finally {
      await handle.close();
    }
  }

  private async hash(file: string): Promise<string> {
    const hash = createHash("sha256");
    for await (const chunk of createReadStream(path.join(this.folder, file))) {
      this.signal?.throwIfAborted();
      hash.update(chunk as Buffer);
    }
    return hash.digest("hex");
  }
}

function unreadable(file: string, error: unknown): never {
  throw new UserError(`cannot read the list ${file}: ${messageOf(error)}`);
}

function isLinkedFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}

/** Text and CSV files below a folder, relative to it. Hidden ones and links to folders are left out. */
async function collect(root: string, below: string, into: string[], signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  const folder = path.join(root, below);
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw new UserError(`cannot read the folder ${folder}: ${messageOf(error)}`);
  });
  for (const entry of entries) {
    if (entry.name.startsWith(".")) continue;
    const inside = path.join(below, entry.name);
    if (entry.isDirectory()) await collect(root, inside, into, signal);
    else if (/\.(txt|csv)$/i.test(entry.name) && (entry.isFile() || isLinkedFile(path.join(root, inside))))
      into.push(inside);
  }
}
