/** Pickles one after another in a file, of sizes that nothing announces. */
import { UserError } from "../../errors.js";
import type { ByteFile } from "../bytes.js";
import { Shortage } from "../pickle/cursor.js";
import { unpickle } from "../pickle/unpickle.js";
import type { Value } from "../pickle/values.js";

/** Bytes read at first; most checkpoints' pickles are smaller. */
const WINDOW = 1 << 18;
/** Bytes of one pickle. */
const PICKLE_LIMIT = 1 << 28;

export class PickleStream {
  private window: Uint8Array<ArrayBuffer> = new Uint8Array(0);
  private windowAt = 0;

  /** Reads from `position` of the file up to `end`. */
  constructor(
    private readonly file: ByteFile,
    public position: number,
    private readonly end: number,
  ) {}

  /** The next pickle's value. Throws a UserError where the bytes end before it. */
  async next(persistent?: (id: Value) => Value | null): Promise<Value> {
    const what = this.file.path;
    for (let size = WINDOW; ; size *= 4) {
      try {
        const start = this.position - this.windowAt;
        const { value, end } = unpickle(this.window, { what, start, ...(persistent ? { persistent } : {}) });
        this.position = this.windowAt + end;
        return value;
      } catch (error) {
        if (!(error instanceof Shortage)) throw error;
        const left = this.end - this.position;
        if (this.windowAt + this.window.length >= this.end && this.windowAt <= this.position) {
          throw new UserError(`${what}: its pickle ends early; the file is truncated`);
        }
        if (size > PICKLE_LIMIT) throw new UserError(`${what}: a pickle of more than ${PICKLE_LIMIT} bytes`);
        this.windowAt = this.position;
        this.window = await this.file.read(this.position, Math.min(size, left));
      }
    }
  }

  /** The next bytes. */
  async bytes(length: number): Promise<Buffer> {
    const at = this.position;
    this.skip(length);
    return Buffer.from((await this.file.read(at, length)).buffer);
  }

  /** Passes over bytes, which must be there. */
  skip(length: number): void {
    if (!(length <= this.end - this.position)) {
      throw new UserError(`${this.file.path}: the file ended early; it is truncated`);
    }
    this.position += length;
  }
}
