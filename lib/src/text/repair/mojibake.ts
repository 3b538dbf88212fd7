/**
 * Undoes mojibake: text whose UTF-8 bytes were read in a single-byte character set.
 * Source of the behaviour: ftfy 6.3.1, `fix_encoding`, and the byte patterns of `ftfy/chardata.py` and `ftfy/fixes.py`
 * (Copyright 2023 Robyn Speer, Apache License 2.0, see lib/assets/ftfy/LICENSE.txt).
 */
import { isBad } from "./badness.js";
import { CHARSETS, type Charset, encodeCharset, replaceC1Controls } from "./charsets.js";
import { decodeUtf8, decodeUtf8Variants } from "./utf8.js";

/** Repairs the encoding of a text, again and again until nothing changes; leaves what does not look broken. */
export function repairEncoding(text: string): string {
  let current = text;
  for (;;) {
    const repaired = repairOnce(current);
    if (repaired === current) return current;
    current = repaired;
  }
}

function repairOnce(text: string): string {
  if (isAscii(text) || !isBad(text)) return text;
  for (const charset of CHARSETS) {
    const bytes = encodeCharset(text, charset);
    const decoded = bytes === null ? null : reread(bytes, charset);
    if (decoded !== null) return decoded;
  }
  const mended = repairEmbedded(text);
  return mended === text ? replaceC1Controls(text) : mended;
}

function isAscii(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
  return /^[\x00-\x7f]*$/.test(text);
}

/** The bytes as UTF-8, once the losses that such bytes commonly suffer are made good; null where they are not UTF-8. */
function reread(bytes: string, charset: Charset): string | null {
  let mended = bytes;
  // In MacRoman the pattern would match an en dash before a blank.
  if (charset.name !== "macroman") mended = restoreByteA0(mended);
  if (charset.windows) mended = mended.replace(LOSSY, "\xef\xbf\xbd");
  return /[\xed\xc0]/.test(mended) ? decodeUtf8Variants(mended) : decodeUtf8(mended);
}

/** UTF-8 sequences in which a program took byte A0, the no-break space of Latin-1, for a blank. */
const LOST_A0 = new RegExp(
  [
    "[\xc2\xc3\xc5\xce\xd0\xd9] ",
    "[\xe2\xe3] [\x80-\x84\x86-\x9f\xa1-\xbf]",
    "[\xe0-\xe3][\x80-\x84\x86-\x9f\xa1-\xbf] ",
    "\xf0 [\x80-\xbf][\x80-\xbf]",
    "\xf0[\x80-\xbf] [\x80-\xbf]",
    "\xf0[\x80-\xbf][\x80-\xbf] ",
  ].join("|"),
  "g",
);

/** The word "à" keeps the blank behind it, but for Portuguese words that begin with the letter. */
const A_GRAVE = /\xc3 (?! |quele|quela|quilo|s )/g;

function restoreByteA0(bytes: string): string {
  return bytes.replace(A_GRAVE, "\xc3\xa0 ").replace(LOST_A0, (sequence) => sequence.replaceAll(" ", "\xa0"));
}

/** UTF-8 and CESU-8 sequences some of whose bytes were lost: byte 1A, or one question mark. */
const LOSSY = new RegExp(
  [
    "[\xc2-\xdf]\x1a",
    "[\xc2\xc3]\\?",
    "\xed[\xa0-\xaf][\x1a?]\xed[\xb0-\xbf][\x1a?\x80-\xbf]",
    "\xed[\xa0-\xaf][\x1a?\x80-\xbf]\xed[\xb0-\xbf][\x1a?]",
    "[\xe0-\xef][\x1a?][\x1a\x80-\xbf]",
    "[\xe0-\xef][\x1a\x80-\xbf][\x1a?]",
    "[\xf0-\xf4][\x1a?][\x1a\x80-\xbf][\x1a\x80-\xbf]",
    "[\xf0-\xf4][\x1a\x80-\xbf][\x1a?][\x1a\x80-\xbf]",
    "[\xf0-\xf4][\x1a\x80-\xbf][\x1a\x80-\xbf][\x1a?]",
    "\x1a",
  ].join("|"),
  "g",
);

/** Repairs runs that look like UTF-8 mojibake on their own, in a text that is not broken as a whole. */
function repairEmbedded(text: string): string {
  return text.replace(UTF8_RUN, (run) => (run.length < text.length && isBad(run) ? repairEncoding(run) : run));
}

const UTF8_RUN = utf8RunPattern();

/**
 * Runs of characters that some Latin-1-like set gives to a UTF-8 lead byte and its continuation bytes. A blank counts as
 * a continuation (it may have been A0); a run may not begin behind a character that is clearly a continuation.
 */
function utf8RunPattern(): RegExp {
  const latinLike = CHARSETS.filter(({ name, windows }) => windows || name === "latin-1");
  const of = (first: number, last = first) =>
    latinLike.map(({ upper }) => upper.slice(first - 0x80, last - 0x7f)).join("");
  const continuation = of(0x80, 0xbf);
  const clearly = continuation.replace(/[–—―‘’‚“”„•…]/g, "");
  const sequences = [
    `[${of(0xc2, 0xdf)}][${continuation} ]`,
    `[${of(0xe0, 0xef)}][${continuation} ]{2}`,
    `[${of(0xf0)}${of(0xf3)}][${continuation} ]{3}`,
  ];
  return new RegExp(`(?<![${clearly}])(?:${sequences.join("|")})+`, "g");
}
