/** Values that stay in memory, for runs of one process on the same videos: as many as fit, those used last. */
export class Memory<T> {
  private readonly kept = new Map<string, T>();
  private bytes = 0;

  /**
   * @param limit bytes of all values together
   * @param sizeOf bytes of a value
   */
  constructor(
    private readonly limit: number,
    private readonly sizeOf: (value: T) => number,
  ) {}

  /** The value of this key, where it is kept. It is shared, and must not be written to. */
  get(key: string): T | undefined {
    const value = this.kept.get(key);
    if (value !== undefined) {
      this.kept.delete(key);
      this.kept.set(key, value);
    }
    return value;
  }

  set(key: string, value: T): void {
    this.forget(key);
    this.kept.set(key, value);
    this.bytes += this.sizeOf(value);
    for (const oldest of this.kept.keys()) {
      if (this.bytes <= this.limit) break;
      this.forget(oldest);
    }
  }

  private forget(key: string): void {
    const value = this.kept.get(key);
    if (value === undefined) return;
    this.kept.delete(key);
    this.bytes -= this.sizeOf(value);
  }
}
