/** Work that is begun ahead of its consumer, and handed over in the order asked for. */

/**
 * Yields the result of `begin` for each item, in order. At most `ahead` items are begun and not yet yielded, so that a slow
 * consumer holds up the work; an item is taken from `items` when its work begins. Throws the first failure in its turn.
 */
export async function* inOrder<Item, Result>(
  items: Iterable<Item>,
  ahead: number,
  begin: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const waiting = items[Symbol.iterator]();
  const begun: Promise<Result>[] = [];
  const fill = (): void => {
    while (begun.length < ahead) {
      const next = waiting.next();
      if (next.done) return;
      const result = begin(next.value);
      result.catch(() => {}); // Awaited in its turn; until then a failure is not "unhandled".
      begun.push(result);
    }
  };
  try {
    for (fill(); begun.length > 0; fill()) {
      const result = await begun[0]!;
      begun.shift();
      yield result;
    }
  } finally {
    waiting.return?.();
  }
}
