/**
 * Byte-pair encoding of one word, and back. Source: openai/CLIP, `clip/simple_tokenizer.py`.
 *
 * The vocabulary in order of ids: 256 byte symbols, the same 256 at the end of a word, one symbol a merge. So a merge's
 * id orders as its rank does, and merging needs ids alone.
 */

/** How many words' encodings are kept. */
const CACHE_SIZE = 65_536;
const BYTES = 256;
const END_OF_WORD = BYTES;
const FIRST_MERGE = 2 * BYTES;
/** Larger than any id: a pair of ids is one number. */
const PAIR = 2 ** 20;

/** Encodes words and knows the text of every id. */
export interface Bpe {
  /** Ids of one word. */
  encodeWord(word: string): readonly number[];
  /** Bytes of an id; where it ends a word they end in `</w>`. Undefined for an id that the vocabulary lacks. */
  bytesOf(id: number): Uint8Array | undefined;
  /** Number of ids. */
  readonly size: number;
}

/** Builds an encoder from merges, the most important first: two symbols, with a blank between. */
export function createBpe(merges: readonly string[]): Bpe {
  const byteSymbols = byteSymbolTable();
  const byteIds = new Map(byteSymbols.map((symbol, id) => [symbol, id]));
  const symbols = [...byteSymbols, ...byteSymbols.map((symbol) => `${symbol}</w>`)];
  const idOf = new Map(symbols.map((symbol, id) => [symbol, id]));
  const mergedId = new Map<number, number>();
  for (const merge of merges) {
    const [first = "", second = ""] = merge.split(" ");
    const left = idOf.get(first);
    const right = idOf.get(second);
    if (left === undefined || right === undefined)
      throw new Error(`merge "${merge}" uses a symbol that is not there yet`);
    mergedId.set(left * PAIR + right, symbols.length);
    idOf.set(first + second, symbols.length);
    symbols.push(first + second);
  }

  const idOfByte = byteValueIds(byteIds);
  const cache = new Map<string, readonly number[]>();
  const encodeWord = (word: string): readonly number[] => {
    const known = cache.get(word);
    if (known !== undefined) return known;
    const ids = Array.from(new TextEncoder().encode(word), (byte) => idOfByte[byte]!);
    ids.push(ids.pop()! + END_OF_WORD);
    const merged = mergeAll(ids, mergedId);
    if (cache.size >= CACHE_SIZE) cache.clear();
    cache.set(word, merged);
    return merged;
  };

  const byteOfId = new Uint8Array(BYTES);
  idOfByte.forEach((id, byte) => {
    byteOfId[id] = byte;
  });
  const bytesOf = (id: number): Uint8Array | undefined => {
    const symbol = symbols[id];
    return symbol === undefined ? undefined : Uint8Array.from(symbol, (part) => byteOfId[byteIds.get(part)!]!);
  };
  return { encodeWord, bytesOf, size: FIRST_MERGE + merges.length };
}

/** Merges the pair of lowest rank, all its occurrences from left to right, until no pair is left that merges. */
function mergeAll(word: readonly number[], mergedId: ReadonlyMap<number, number>): readonly number[] {
  let ids = word;
  for (;;) {
    let best = Number.POSITIVE_INFINITY;
    let bestPair = -1;
    for (let index = 1; index < ids.length; index++) {
      const pair = ids[index - 1]! * PAIR + ids[index]!;
      const merged = mergedId.get(pair);
      if (merged !== undefined && merged < best) {
        best = merged;
        bestPair = pair;
      }
    }
    if (bestPair < 0) return ids;
    const next: number[] = [];
    for (let index = 0; index < ids.length; index++) {
      const id = ids[index]!;
      const merges = index + 1 < ids.length && id * PAIR + ids[index + 1]! === bestPair;
      next.push(merges ? best : id);
      if (merges) index++;
    }
    ids = next;
  }
}

/** Values of the bytes that stand for themselves: the printable characters of Latin-1. */
function isPrintable(byte: number): boolean {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad);
}

/** Symbol of each of the first 256 ids: printable bytes first, then the others, which borrow U+0100 and up. */
function byteSymbolTable(): readonly string[] {
  const bytes = Array.from({ length: BYTES }, (_, byte) => byte);
  const printable = bytes.filter(isPrintable);
  const others = bytes.length - printable.length;
  return [
    ...printable.map((byte) => String.fromCharCode(byte)),
    ...Array.from({ length: others }, (_, index) => String.fromCharCode(BYTES + index)),
  ];
}

/** Id of each byte value. */
function byteValueIds(byteIds: ReadonlyMap<string, number>): readonly number[] {
  let borrowed = 0;
  return Array.from({ length: BYTES }, (_, byte) => {
    const symbol = String.fromCharCode(isPrintable(byte) ? byte : BYTES + borrowed++);
    return byteIds.get(symbol)!;
  });
}
