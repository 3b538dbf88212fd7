/** Finds every video below a folder: files, members of tar archives, folders of numbered pictures. */
import type { BigIntStats, Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { messageOf, UserError } from "../../errors.js";
import { isFrameName } from "../video/frame-folder.js";
import { isVideoName } from "../video/names.js";
import type { FoundVideo } from "./found.js";
import { tarEntries } from "./tar.js";

/** Something below the folder that cannot be used, and why. */
export interface Problem {
  readonly path: string;
  readonly reason: string;
}

export interface Scan {
  /** Absolute. */
  readonly root: string;
  /** Sorted by path. */
  readonly videos: readonly FoundVideo[];
  /** Sorted by path. */
  readonly problems: readonly Problem[];
}

export interface ScanOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (found: number) => void;
}

/** Entries looked at side by side: a file server answers many questions at a time. */
const AT_ONCE = 16;

const PACKED = /\.(zip|rar|7z|tgz|tar\.\w+)$/i;

/**
 * Walks a folder. Links are followed, each folder is read once, real ones before linked ones; names that begin with a dot are left out.
 * What cannot be read is listed and the rest goes on. @throws UserError where the folder itself is none or cannot be read
 */
export async function scanVideos(folder: string, options: ScanOptions = {}): Promise<Scan> {
  const root = path.resolve(folder);
  await checkRoot(root);
  const walk = new Walk(root, options);
  await walk.folder("");
  await walk.linked();
  const byPath = (a: { path: string }, b: { path: string }): number => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0);
  // Of two members with one name the later one counts, as tar itself has it.
  const videos = [...new Map(walk.videos.map((video) => [video.path, video])).values()];
  return { root, videos: videos.sort(byPath), problems: walk.problems.sort(byPath) };
}

async function checkRoot(root: string): Promise<void> {
  try {
    if (!(await stat(root)).isDirectory())
      throw new UserError(`${root} is no folder: give the folder that the videos are in`);
    await readdir(root);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const missing = codeOf(error) === "ENOENT";
    throw new UserError(
      missing ? `there is no folder ${root}; check --root` : `cannot read ${root}: ${messageOf(error)}`,
    );
  }
}

class Walk {
  readonly videos: FoundVideo[] = [];
  readonly problems: Problem[] = [];
  private readonly seen = new Set<string>();
  private readonly links: { readonly below: string; readonly stats: BigIntStats }[] = [];

  constructor(
    private readonly root: string,
    private readonly options: ScanOptions,
  ) {}

  /** Linked folders, once all real ones are known; they may hold further links. */
  async linked(): Promise<void> {
    for (let next = this.links.shift(); next; next = this.links.shift()) {
      if (this.seen.has(idOf(next.stats))) this.problem(next.below, "a link to a folder that is read already");
      else await this.folder(next.below, next.stats);
      this.links.sort((a, b) => (a.below < b.below ? -1 : 1));
    }
  }

  async folder(below: string, known?: BigIntStats): Promise<void> {
    this.options.signal?.throwIfAborted();
    let entries: Dirent[];
    let stats: BigIntStats;
    try {
      const folder = path.join(this.root, below);
      stats = known ?? (await stat(folder, { bigint: true }));
      entries = await readdir(folder, { withFileTypes: true });
    } catch (error) {
      this.problem(below, `a folder that cannot be read (${codeOf(error) ?? messageOf(error)})`);
      return;
    }
    this.seen.add(idOf(stats));
    const shown = entries.filter(({ name }) => !name.startsWith("."));
    const frames = shown.filter((entry) => !entry.isDirectory() && isFrameName(entry.name)).length;
    if (frames > 0 && below !== "") {
      this.found({ path: below, source: { frames: below }, bytes: frames, ...timesOf(stats) });
    }
    const rest = shown.filter((entry) => frames === 0 || !isFrameName(entry.name) || entry.isDirectory());
    for (let at = 0; at < rest.length; at += AT_ONCE) {
      await Promise.all(rest.slice(at, at + AT_ONCE).map((entry) => this.entry(below, entry)));
    }
  }

  private async entry(below: string, entry: Dirent): Promise<void> {
    const { name } = entry;
    const at = below === "" ? name : `${below}/${name}`;
    if (entry.isDirectory()) return this.folder(at);
    const isTar = /\.tar$/i.test(name);
    if (!entry.isSymbolicLink() && !isVideoName(name) && !isTar) {
      if (PACKED.test(name)) this.problem(at, "a compressed archive: unpack it");
      return;
    }
    let stats: BigIntStats;
    try {
      stats = await stat(path.join(this.root, at), { bigint: true });
    } catch (error) {
      const why = { ENOENT: "a link to nothing", ELOOP: "a link that leads to itself" }[codeOf(error) ?? ""];
      this.problem(at, why ?? `cannot be read (${codeOf(error) ?? messageOf(error)})`);
      return;
    }
    if (stats.isDirectory()) this.links.push({ below: at, stats });
    else if (!isVideoName(name) && !isTar) return;
    else if (!stats.isFile()) this.problem(at, "no ordinary file");
    else if (isTar) await this.archive(at, stats);
    else this.found({ path: at, source: { file: at }, bytes: Number(stats.size), ...timesOf(stats) });
  }

  private async archive(at: string, stats: BigIntStats): Promise<void> {
    try {
      for await (const { name, offset, bytes } of tarEntries(path.join(this.root, at))) {
        const member = name.replace(/^(\.?\/)+/, "");
        if (!isVideoName(member) || path.posix.basename(member).startsWith(".")) continue;
        const source = { tar: at, member, offset };
        this.found({ path: `${at}/${member}`, source, bytes, ...timesOf(stats) });
      }
    } catch (error) {
      const text = messageOf(error).replace(`${path.join(this.root, at)}: `, "");
      this.problem(at, error instanceof UserError ? text : `cannot be read (${codeOf(error) ?? text})`);
    }
  }

  private found(video: FoundVideo): void {
    this.videos.push(video);
    this.options.onProgress?.(this.videos.length);
  }

  private problem(at: string, reason: string): void {
    this.problems.push({ path: at === "" ? "." : at, reason });
  }
}

function timesOf(stats: BigIntStats): { mtime: number; ctime: number } {
  return { mtime: Number(stats.mtimeMs), ctime: Number(stats.ctimeMs) };
}

function idOf({ dev, ino }: BigIntStats): string {
  return `${dev}:${ino}`;
}

function codeOf(error: unknown): string | undefined {
  const code: unknown = error instanceof Error ? Reflect.get(error, "code") : undefined;
  return typeof code === "string" ? code : undefined;
}
