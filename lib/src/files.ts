/** Files that are there whole or not at all. */
import { closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import path from "node:path";

/** A name beside the file that no other process has, here or on another machine of a shared file system. */
export function temporaryName(file: string): string {
  return path.join(path.dirname(file), `.${path.basename(file)}.${hostname()}.${process.pid}.tmp`);
}

/** Writes a text (UTF-8) or bytes under a temporary name beside it, syncs it, and renames it into place. */
export function writeFileWhole(file: string, content: string | Uint8Array): void {
  writeAside(file, content, (temporary) => renameSync(temporary, file));
}

/** As `writeFileWhole`, but a file that is there stays, also where another process has put it there just now. */
export function writeFileOnce(file: string, content: string | Uint8Array): void {
  writeAside(file, content, (temporary) => {
    try {
      linkSync(temporary, file);
      rmSync(temporary);
    } catch (error) {
      if (existsSync(file)) rmSync(temporary);
      else if (NO_LINKS.has(String(Reflect.get(error as object, "code")))) renameSync(temporary, file);
      else throw error;
    }
  });
}

/** What file systems say that have no hard links. */
const NO_LINKS: ReadonlySet<string> = new Set(["ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EPERM", "EMLINK"]);

function writeAside(file: string, content: string | Uint8Array, place: (temporary: string) => void): void {
  const temporary = temporaryName(file);
  try {
    const descriptor = openSync(temporary, "w");
    try {
      const bytes = typeof content === "string" ? Buffer.from(content, "utf8") : content;
      for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    place(temporary);
  } catch (error) {
    removeIfThere(temporary);
    throw error;
  }
}

/** Best effort on the way out of a failed write; the failure itself is what is reported. */
function removeIfThere(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    return;
  }
}
