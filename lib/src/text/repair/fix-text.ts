/**
 * Cleans a text as `ftfy.fix_text` does with its defaults: mojibake, HTML references, ligatures, character widths,
 * curly quotes, line breaks, surrogates, terminal escapes, control characters, then Unicode's form NFC.
 * Source of the behaviour: ftfy 6.3.1, `fix_text` and `fix_and_explain`, which CLIP's tokenizer calls first
 * (Copyright 2023 Robyn Speer, Apache License 2.0, see lib/assets/ftfy/LICENSE.txt).
 */
import { composed } from "../unicode-version.js";
import { replaceC1Controls } from "./charsets.js";
import type { HtmlDecoder } from "./html.js";
import { repairEncoding } from "./mojibake.js";

/** Lines, with their line feed; a longer line is cut at a million characters. */
const SEGMENT = /[^\n]{0,999999}\n|[^\n]{1,1000000}/gu;

/**
 * Repairs a text line by line. From the first line that holds a `<` on, HTML references are left alone, since the text
 * then seems to be real HTML.
 */
export function fixText(text: string, html: HtmlDecoder): string {
  let literal = false;
  return text.replace(SEGMENT, (segment) => {
    literal ||= segment.includes("<");
    return fixSegment(segment, literal ? null : html);
  });
}

/** All repairs, again and again until nothing changes. */
function fixSegment(segment: string, html: HtmlDecoder | null): string {
  let text = segment;
  for (;;) {
    const before = text;
    if (html !== null) text = html.unescapeUnambiguous(text);
    text = repairEncoding(text);
    for (const fix of FIXES) text = fix(text);
    if (text === before) return text;
  }
}

const FIXES: readonly ((text: string) => string)[] = [
  replaceC1Controls,
  (text) => text.replace(LIGATURE, (ligature) => LIGATURES[ligature] ?? ligature),
  (text) => text.replace(OTHER_WIDTH, (character) => (character === "\u3000" ? " " : character.normalize("NFKC"))),
  (text) => text.replace(/[\u201c-\u201f]/g, '"').replace(/[\u02bc\u2018-\u201b]/g, "'"),
  (text) => text.replace(/\r\n?|[\u2028\u2029\x85]/g, "\n"),
  (text) => text.replace(/\p{Surrogate}/gu, "\ufffd"),
  (text) => text.replace(TERMINAL_ESCAPE, ""),
  (text) => text.replace(CONTROL, ""),
  composed,
];

/** Latin ligatures and digraphs that come from typesetting or old encodings, never from intent. */
const LIGATURES: Readonly<Record<string, string>> = {
  Ĳ: "IJ",
  ĳ: "ij",
  ŉ: "ʼn",
  Ǳ: "DZ",
  ǲ: "Dz",
  ǳ: "dz",
  Ǆ: "DŽ",
  ǅ: "Dž",
  ǆ: "dž",
  Ǉ: "LJ",
  ǈ: "Lj",
  ǉ: "lj",
  Ǌ: "NJ",
  ǋ: "Nj",
  ǌ: "nj",
  ﬀ: "ff",
  ﬁ: "fi",
  ﬂ: "fl",
  ﬃ: "ffi",
  ﬄ: "ffl",
  ﬅ: "ſt",
  ﬆ: "st",
};
const LIGATURE = new RegExp(`[${Object.keys(LIGATURES).join("")}]`, "g");

/** The full-width and half-width forms, and the ideographic space. */
const OTHER_WIDTH = /[\u3000\uff01-\uffef]/g;

/** A colour or cursor command of a terminal. Python's `\d` is any script's digit. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character begins every command
const TERMINAL_ESCAPE = /\x1b\[[\p{Nd};]*[a-zA-Z]/gu;

/** Characters that show nothing: all ASCII controls but tab, line feed, form feed and return, and some of Unicode's. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const CONTROL = /[\x00-\x08\x0b\x0e-\x1f\x7f\u206a-\u206f\ufeff\ufff9-\ufffc]/g;
