/** A disk without room, said so that the user can mend it. */
import { statfs } from "node:fs/promises";
import { messageOf, UserError } from "../../errors.js";

/** Writing failed because there is no room for what was to be written. */
export class NoRoomError extends UserError {
  /**
   * @param needed bytes that were to be written
   * @param free bytes that the file system has left; null where it does not say, or where a quota is what is used up
   */
  constructor(
    readonly folder: string,
    readonly needed: number,
    readonly free: number | null,
  ) {
    super(noRoom(folder, "features", needed, free));
  }

  /** The same for `more` further records of this size. */
  forAll(more: number): NoRoomError {
    return new NoRoomError(this.folder, this.needed * (1 + more), this.free);
  }
}

function noRoom(folder: string, what: string, needed: number, free: number | null): string {
  const have = free === null ? "the quota there is used up" : `${megabytes(free)} are free there`;
  const lack = free === null || free >= needed ? megabytes(needed) : megabytes(needed - free);
  return (
    `no room for ${what} in ${folder}: about ${megabytes(needed)} are still to be written and ${have}: ` +
    `make ${lack} of room or set VGHIF_CACHE to a folder on a larger disk; what was written is kept, run the same again to go on`
  );
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** What an error of writing `needed` bytes into a folder is to the user. */
export async function writeFailure(error: unknown, folder: string, needed: number): Promise<UserError> {
  const code = String(Reflect.get(Object(error), "code"));
  if (code === "ENOSPC" || code === "EDQUOT") {
    const free = code === "ENOSPC" ? await freeBytes(folder) : null;
    return new NoRoomError(folder, needed, free);
  }
  return new UserError(
    `cannot write features into ${folder}: ${messageOf(error)}; set VGHIF_CACHE to a folder that can be written to`,
  );
}

async function freeBytes(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return null;
  }
}
