/** Values that are begun before they are asked for. */

/** Begins what is announced, as far as `most` allows, and hands it out to the one who asks for it. */
export class Prefetch<T> {
  private readonly begun = new Map<string, Promise<T>>();

  /** @param most values begun and not yet taken */
  constructor(private readonly most: number) {}

  /** What is asked for next, the first first. What was begun and is not among it is dropped. */
  announce(wanted: readonly { readonly key: string; readonly begin: () => Promise<T> }[]): void {
    const keys = new Set(wanted.map(({ key }) => key));
    for (const key of this.begun.keys()) if (!keys.has(key)) this.begun.delete(key);
    for (const { key, begin } of wanted) {
      if (this.begun.size >= this.most) return;
      if (this.begun.has(key)) continue;
      const value = begin();
      value.catch(() => {}); // Whoever takes it hears of it.
      this.begun.set(key, value);
    }
  }

  /** The value of `key`: begun before, else now. */
  take(key: string, begin: () => Promise<T>): Promise<T> {
    const value = this.begun.get(key);
    this.begun.delete(key);
    return value ?? begin();
  }
}
