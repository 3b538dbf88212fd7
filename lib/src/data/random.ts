/**
 * Seeded random numbers: sfc32 (Chris Doty-Humphrey's "small fast counter", PractRand, public domain), whose four
 * words of state come from a 128-bit hash of the stream's key.
 *
 * A stream is named by a path of labels: `random(7).fork("shots").fork("climb stairs")`. A fork depends on the names
 * alone, never on how many numbers its parent has given, so that adding a draw in one place changes no other.
 */

/** A stream of random numbers. Every method but `fork` advances it. */
export interface Random {
  /** Uniform in [0, 1), 32 bits. */
  next(): number;
  /** Uniform in [low, high). */
  between(low: number, high: number): number;
  /** Uniform integer in 0 .. count-1; count >= 1. */
  integer(count: number): number;
  /** Normal with mean 0 and standard deviation 1 (Box and Muller). */
  normal(): number;
  /** True with this probability, 0 to 1. */
  chance(probability: number): boolean;
  /** One of the items; there must be one. */
  pick<T>(items: readonly T[]): T;
  /** The items in random order, in a new array (Fisher and Yates). */
  shuffle<T>(items: readonly T[]): T[];
  /** An independent stream, named by this one's key and the label. */
  fork(label: string | number): Random;
}

/** The stream of a key. Numbers and strings that print alike name the same stream. */
export function random(key: string | number): Random {
  const name = String(key);
  let [a, b, c, counter] = hash128(name);

  const word = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  for (let i = 0; i < 12; i++) word();

  const next = (): number => word() / 2 ** 32;
  const integer = (count: number): number => Math.floor(next() * count);
  return {
    next,
    integer,
    between: (low, high) => low + (high - low) * next(),
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    chance: (probability) => next() < probability,
    pick: <T>(items: readonly T[]): T => items[integer(items.length)] as T,
    shuffle: <T>(items: readonly T[]): T[] => {
      const order = [...items];
      for (let i = order.length - 1; i > 0; i--) {
        const j = integer(i + 1);
        [order[i], order[j]] = [order[j] as T, order[i] as T];
      }
      return order;
    },
    fork: (label) => random(`${name}/${label}`),
  };
}

/** A 32-bit integer seed (0 to 2^32-1) of a key, for libraries that ask for a number. */
export function seedOf(key: string | number): number {
  return hash128(String(key))[0] >>> 0;
}

/** Four 32-bit words: four multiply-and-rotate lanes over the text's UTF-16 units, mixed at the end. */
function hash128(text: string): [number, number, number, number] {
  const lanes: [number, number, number, number] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x7f4a7c15];
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    for (let lane = 0; lane < 4; lane++) {
      const mixed = Math.imul(lanes[lane as 0] ^ unit, 0x01000193 + 2 * lane * 0x1b3);
      lanes[lane as 0] = (mixed << (5 + 2 * lane)) | (mixed >>> (27 - 2 * lane));
    }
  }
  for (let round = 0; round < 2; round++) {
    for (let lane = 0; lane < 4; lane++) {
      lanes[lane as 0] = avalanche(lanes[lane as 0] ^ lanes[((lane + 1) % 4) as 0] ^ text.length);
    }
  }
  return lanes;
}

/** Spreads every input bit over the word (the finaliser of MurmurHash3, Austin Appleby, public domain). */
function avalanche(word: number): number {
  let mixed = word;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
