/** Bytes of a file by offset: only what is asked for is read. */
import { type FileHandle, open } from "node:fs/promises";
import { messageOf, UserError } from "../errors.js";

export interface ByteFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** These bytes, in a buffer of their own. Throws a UserError where the file ends before them. */
  read(position: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/** Opens a regular file. Throws a UserError where there is none. */
export async function openBytes(file: string): Promise<ByteFile> {
  let handle: FileHandle;
  try {
    handle = await open(file, "r");
  } catch (error) {
    throw new UserError(`cannot open weights ${file}: ${messageOf(error)}`);
  }
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new UserError(`${file} is not a file: give a checkpoint file`);
    const { size } = stats;
    return {
      path: file,
      size,
      read: (at, length) => readBytes(handle, at, length, file, size),
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function readBytes(
  handle: FileHandle,
  position: number,
  length: number,
  file: string,
  size: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const early = (): UserError => new UserError(`${file}: the file ended early; it is truncated`);
  // Checked before the buffer is made: a claimed length must not cost memory.
  if (position < 0 || length < 0 || position + length > size) throw early();
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await handle.read(bytes, done, length - done, position + done);
    if (bytesRead === 0) throw early();
    done += bytesRead;
  }
  return bytes;
}
