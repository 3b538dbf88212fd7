/**
 * A file over HTTP, whole or not at all: it grows under another name, a broken download goes on where it stopped
 * (RFC 9110: Range, If-Range), and only what passes its checksum gets the real name.
 */
import { type FileHandle, mkdir, open, readFile, rename, rm, stat, statfs, writeFile } from "node:fs/promises";
import path from "node:path";
import { messageOf, UserError } from "../errors.js";
import { Broken, type Plan, planOf, validatorOf } from "./http-answer.js";
import { sha256 as sha256OfFile } from "./load.js";

export interface DownloadOptions {
  /** Expected SHA-256, hexadecimal; default: none is known. */
  readonly sha256?: string | null;
  readonly onProgress?: (done: number, total: number | null) => void;
  readonly signal?: AbortSignal;
  /** Attempts that bring no byte before giving up. Default 4. */
  readonly attempts?: number;
  /** Pause after the first such attempt, doubled after each, milliseconds. Default 1000. */
  readonly pause?: number;
  /** Silence of the server after which an attempt counts as broken, milliseconds. Default 60 000. */
  readonly silence?: number;
}

/** What is known of a part that is on disk: whose it is, and how the server names that version. */
interface PartNote {
  readonly url: string;
  /** Strong ETag or Last-Modified date; null where the server gave none. */
  readonly validator: string | null;
}

/** Downloads `url` to `target`; returns the file's SHA-256. Throws a UserError that says what failed and what to do. */
export async function download(url: string, target: string, options: DownloadOptions = {}): Promise<string> {
  const { attempts = 4, pause = 1000 } = options;
  const part = `${target}.part`;
  try {
    await mkdir(path.dirname(target), { recursive: true });
    for (let failed = 0; ; ) {
      const before = await sizeOf(part);
      try {
        await attempt(url, part, options);
        break;
      } catch (error) {
        if (!(error instanceof Broken)) throw error;
        failed = (await sizeOf(part)) > before ? 0 : failed + 1;
        if (failed >= attempts) throw new UserError(`${error.message}; run it again to go on from there`);
        await new Promise((resolve) => setTimeout(resolve, pause * 2 ** failed));
        options.signal?.throwIfAborted();
      }
    }
    const found = await sha256OfFile(part);
    if (options.sha256 && found !== options.sha256) {
      await discard(part);
      throw new UserError(
        `${url} arrived with SHA-256 ${found}, expected ${options.sha256}; it was removed: run it again, or get it elsewhere`,
      );
    }
    await rename(part, target);
    await rm(noteOf(part), { force: true });
    return found;
  } catch (error) {
    throw friendly(error, url, target);
  }
}

const noteOf = (part: string): string => `${part}.json`;

async function discard(part: string): Promise<void> {
  await rm(part, { force: true });
  await rm(noteOf(part), { force: true });
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    return 0;
  }
}

/** The note of a part of this very address; null where there is none. */
async function readNote(part: string, url: string): Promise<PartNote | null> {
  try {
    const note = JSON.parse(await readFile(noteOf(part), "utf8")) as Partial<PartNote>;
    return note.url === url ? { url, validator: typeof note.validator === "string" ? note.validator : null } : null;
  } catch {
    return null;
  }
}

async function attempt(url: string, part: string, options: DownloadOptions): Promise<void> {
  const note = await readNote(part, url);
  // Without a validator the server may have another file by now: then only a checksum makes going on safe.
  const have = note && (note.validator || options.sha256) ? await sizeOf(part) : 0;
  const headers: Record<string, string> = { "accept-encoding": "identity" };
  if (have > 0) {
    headers.range = `bytes=${have}-`;
    if (note?.validator) headers["if-range"] = note.validator;
  }
  const watch = watchdog(options);
  try {
    const response = await request(url, headers, watch.signal);
    const plan = planOf(response, have, url);
    if (plan === "complete") return;
    if (plan === "again") {
      await response.body?.cancel();
      await discard(part);
      throw new Broken(`${url}: the server has another file by now`);
    }
    await checkRoom(part, plan, url);
    await writeFile(noteOf(part), JSON.stringify({ url, validator: validatorOf(response) } satisfies PartNote));
    await receive(response, part, plan, options, watch);
  } catch (error) {
    if (options.signal?.aborted) throw options.signal.reason;
    if (watch.signal.aborted) throw new Broken(`${url}: the server fell silent at byte ${await sizeOf(part)}`);
    throw error;
  } finally {
    watch.stop();
  }
}

async function request(url: string, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { headers, signal });
  } catch (error) {
    const code = codeOf(error);
    if (code && UNREACHABLE.has(code)) {
      throw new UserError(`no network: cannot reach ${new URL(url).host} (${code})`);
    }
    throw new Broken(`${url}: ${messageOf(error instanceof Error && error.cause ? error.cause : error)}`);
  }
}

const UNREACHABLE = new Set([
  "ENOTFOUND",
  "EAI_AGAIN",
  "ECONNREFUSED",
  "ENETUNREACH",
  "EHOSTUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

function codeOf(error: unknown): string | null {
  const cause = error instanceof Error ? error.cause : null;
  // Several addresses of one host fail as one error with a list.
  const first = cause instanceof AggregateError ? cause.errors[0] : cause;
  const code = first instanceof Error && "code" in first ? first.code : null;
  return typeof code === "string" ? code : null;
}

async function checkRoom(part: string, { from, total }: Plan, url: string): Promise<void> {
  if (total === null) return;
  const { bavail, bsize } = await statfs(path.dirname(part));
  if (total - from > bavail * bsize) {
    throw new UserError(
      `${url} needs ${total - from} bytes and ${path.dirname(part)} has ${bavail * bsize} free: make room`,
    );
  }
}

async function receive(
  response: Response,
  part: string,
  { from, total }: Plan,
  { onProgress }: DownloadOptions,
  watch: Watchdog,
): Promise<void> {
  if (!response.body) throw new Broken(`${response.url}: an empty answer`);
  const handle = await open(part, from > 0 ? "a" : "w");
  let done = from;
  try {
    for await (const chunk of chunks(response)) {
      await writeAll(handle, chunk);
      done += chunk.length;
      watch.reset();
      onProgress?.(done, total);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (total !== null && done < total) throw new Broken(`${response.url}: cut off at byte ${done} of ${total}`);
  if (total !== null && done > total)
    throw new UserError(`${response.url}: ${done} bytes came where ${total} were announced`);
}

/** The body's chunks; a connection that breaks is a `Broken`, so that a failing disk is told apart. */
async function* chunks(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body!.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw new Broken(`${response.url}: the connection broke (${messageOf(error)})`);
      });
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

async function writeAll(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten;
}

interface Watchdog {
  readonly signal: AbortSignal;
  reset(): void;
  stop(): void;
}

/** Aborts after a silence, or with the caller. */
function watchdog({ signal, silence = 60_000 }: DownloadOptions): Watchdog {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  let timer = setTimeout(abort, silence);
  if (signal?.aborted) abort();
  signal?.addEventListener("abort", abort);
  return {
    signal: controller.signal,
    reset: () => {
      clearTimeout(timer);
      timer = setTimeout(abort, silence);
    },
    stop: () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    },
  };
}

/** System errors in words that say what to do. */
function friendly(error: unknown, url: string, target: string): unknown {
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code === "ENOSPC")
    return new UserError(`the disk is full at ${path.dirname(target)}: make room and run it again`);
  if (code === "EACCES" || code === "EROFS" || code === "EPERM") {
    return new UserError(`cannot write ${target} (${code}): set VGHIF_WEIGHTS to a folder that can be written`);
  }
  if (error instanceof UserError && error.message.startsWith("no network")) {
    return new UserError(`${error.message}; download ${url} elsewhere and put it at ${target}`);
  }
  return error;
}
