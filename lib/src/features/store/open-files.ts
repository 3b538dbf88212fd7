/** Files that stay open between reads: a few at a time, those used last. */
import { type FileHandle, open } from "node:fs/promises";
import { messageOf, UserError } from "../../errors.js";

/** What is said of a file that is gone (on a network also while it is open), or has a part that cannot be read. */
const ABSENT: ReadonlySet<string> = new Set(["ENOENT", "ESTALE", "EIO", "EBADF"]);

interface Opened {
  readonly handle: Promise<FileHandle>;
  users: number;
}

export class OpenFiles {
  private readonly opened = new Map<string, Opened>();

  /** @param limit files that stay open while nobody reads them */
  constructor(private readonly limit = 32) {}

  /** Reads `length` bytes at `position` into a buffer of their own; null where the file is absent, cannot be read, or ends before them. */
  async read(file: string, position: number, length: number): Promise<Uint8Array<ArrayBuffer> | null> {
    const entry = this.opened.get(file) ?? { handle: open(file, "r"), users: 0 };
    this.opened.delete(file);
    this.opened.set(file, entry);
    entry.users += 1;
    try {
      const handle = await entry.handle;
      // Asked first: a claimed length must not cost memory.
      if ((await handle.stat()).size < position + length) return null;
      const bytes = new Uint8Array(Buffer.allocUnsafeSlow(length).buffer as ArrayBuffer);
      for (let done = 0; done < length; ) {
        const { bytesRead } = await handle.read(bytes, done, length - done, position + done);
        if (bytesRead === 0) return null;
        done += bytesRead;
      }
      return bytes;
    } catch (error) {
      if (this.opened.get(file) === entry) this.opened.delete(file);
      void entry.handle.then((handle) => handle.close()).catch(() => undefined);
      const code = String(Reflect.get(Object(error), "code"));
      if (ABSENT.has(code)) return null;
      throw new UserError(`cannot read features from ${file}: ${messageOf(error)}`);
    } finally {
      entry.users -= 1;
      await this.trim(this.limit);
    }
  }

  /** Closes what nobody reads. */
  close(): Promise<void> {
    return this.trim(0);
  }

  private async trim(limit: number): Promise<void> {
    for (const [file, { handle, users }] of this.opened) {
      if (this.opened.size <= limit) return;
      if (users > 0) continue;
      this.opened.delete(file);
      await (await handle).close();
    }
  }
}
