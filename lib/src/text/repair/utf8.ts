/** Strict UTF-8 decoding of byte strings (characters below U+0100), with the two variants that mojibake needs. */

const STRICT = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text that the bytes encode, or null where they are not UTF-8. */
export function decodeUtf8(bytes: string): string | null {
  try {
    return STRICT.decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
  } catch {
    return null;
  }
}

/**
 * UTF-8 in which U+0000 may be C0 80 (Java) and a character beyond U+FFFF may be two encoded surrogates (CESU-8).
 * As in the reference, a line feed that ends the text is taken for a missing last byte of either sequence.
 * Source: ftfy 6.3.1, `bad_codecs/utf8_variants.py`.
 */
export function decodeUtf8Variants(bytes: string): string | null {
  const pieces: string[] = [];
  let position = 0;
  for (const { 0: special, index } of bytes.matchAll(SPECIAL)) {
    const plain = decodeUtf8(bytes.slice(position, index));
    if (plain === null) return null;
    pieces.push(plain, special.startsWith("\xc0") ? "\0" : surrogatePair(special));
    position = index + special.length;
  }
  const rest = decodeUtf8(bytes.slice(position));
  return rest === null ? null : pieces.join("") + rest;
}

const SPECIAL = /\xc0(?:\x80|\n$)|\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf](?:[\x80-\xbf]|\n$)/g;

/** The character of six CESU-8 bytes: the surrogates' 4 + 6 and 4 + 6 free bits. */
function surrogatePair(bytes: string): string {
  const bits = (index: number, mask: number) => bytes.charCodeAt(index) & mask;
  const high = (bits(1, 0x0f) << 6) | bits(2, 0x3f);
  const low = (bits(4, 0x0f) << 6) | bits(5, 0x3f);
  return String.fromCodePoint(0x10000 + (high << 10) + low);
}
