/** A place in a pickle's bytes. */

/** The bytes that are there end before the pickle does. */
export class Shortage extends Error {
  override readonly name = "Shortage";
}

export class Cursor {
  private readonly view: DataView;
  private readonly decoder = new TextDecoder("utf-8");

  constructor(
    private readonly bytes: Uint8Array,
    public position: number,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The position before the next `length` bytes, which are there. */
  private advance(length: number): number {
    const at = this.position;
    if (!(length <= this.bytes.length - at)) throw new Shortage("the pickle ends early");
    this.position = at + length;
    return at;
  }

  byte = (): number => this.bytes[this.advance(1)]!;
  u16 = (): number => this.view.getUint16(this.advance(2), true);
  u32 = (): number => this.view.getUint32(this.advance(4), true);
  i32 = (): number => this.view.getInt32(this.advance(4), true);
  u64 = (): number => Number(this.view.getBigUint64(this.advance(8), true));
  float = (): number => this.view.getFloat64(this.advance(8), false);

  take(length: number): Uint8Array {
    const at = this.advance(length);
    return this.bytes.subarray(at, at + length);
  }

  text(length: number): string {
    return this.decoder.decode(this.take(length));
  }

  /** A line of text without its end, at most `limit` bytes. */
  line(limit: number): string {
    const end = this.bytes.subarray(this.position, this.position + limit + 1).indexOf(10);
    if (end < 0) {
      if (this.bytes.length - this.position > limit) throw new RangeError(`a line of more than ${limit} bytes`);
      throw new Shortage("the pickle ends early");
    }
    const line = this.text(end);
    this.position++;
    return line;
  }

  /** A little-endian two's complement integer of any length: a number where it is exact. */
  long(length: number): number | bigint {
    let value = 0n;
    const bytes = this.take(length);
    for (let at = length - 1; at >= 0; at--) value = (value << 8n) | BigInt(bytes[at]!);
    if (length > 0 && bytes[length - 1]! & 0x80) value -= 1n << BigInt(8 * length);
    const small = Number(value);
    return Number.isSafeInteger(small) ? small : value;
  }
}
