/**
 * CLIP's tokenizer: cleaned, lower-cased text, split into words, each encoded by byte pairs.
 * Source: openai/CLIP, `clip/simple_tokenizer.py` SimpleTokenizer and `clip/clip.py` tokenize.
 */
import { UserError } from "../errors.js";
import { type Bpe, createBpe } from "./bpe.js";
import { collapseSpace } from "./python-string.js";
import { fixText } from "./repair/fix-text.js";
import { createHtmlDecoder, type HtmlDecoder, type HtmlEntities } from "./repair/html.js";
import { lowerCase, NEWER_THAN_UNICODE_15 } from "./unicode-version.js";

/** Number of ids that the text encoder takes. */
export const CONTEXT_LENGTH = 77;

/** How a list of texts becomes rows of ids. */
export interface TokenizeOptions {
  /** Cut a text that is too long, so that its last id is the end of text; default false: such a text is an error. */
  readonly truncate?: boolean;
  /** Ids a text; default 77. */
  readonly contextLength?: number;
}

/** Turns text into ids and back. */
export interface Tokenizer {
  /** Ids of a text, without start and end of text. */
  encode(text: string): number[];
  /**
   * For each text: start of text, its ids, end of text, then zeros, [contextLength].
   * Throws a UserError that names the text where it is too long and `truncate` is not set.
   */
  tokenize(texts: readonly string[], options?: TokenizeOptions): Int32Array[];
  /** The text of ids: lower case, a blank behind every word. Throws a UserError for an id that does not exist. */
  decode(ids: Iterable<number>): string;
  /** Id of the start of a text, 49406 in CLIP's vocabulary. */
  readonly startOfText: number;
  /** Id of the end of a text, 49407 in CLIP's vocabulary; the largest id. */
  readonly endOfText: number;
}

/** What a tokenizer is made from. */
export interface TokenizerData {
  /** Merges of the byte-pair encoding, the most important first: two symbols, with a blank between. */
  readonly merges: readonly string[];
  readonly htmlEntities: HtmlEntities;
}

const START_OF_TEXT = "<|startoftext|>";
const END_OF_TEXT = "<|endoftext|>";

/**
 * Words of cleaned, lower-cased text. The official pattern ignores case, so the long s counts as s; and it never matches
 * U+0345, whose capital is a letter while it is none itself.
 */
const WORD = new RegExp(
  [
    "<\\|[sſ]tartoftext\\|>|<\\|endoftext\\|>",
    "'[sſ]|'t|'re|'ve|'m|'ll|'d",
    `(?:(?![${NEWER_THAN_UNICODE_15}])\\p{L})+`,
    `(?![${NEWER_THAN_UNICODE_15}])\\p{N}`,
    `(?:(?!\\u0345)[^ \\p{L}\\p{N}]|[${NEWER_THAN_UNICODE_15}])+`,
  ].join("|"),
  "gu",
);

/** Builds a tokenizer. */
export function createTokenizer({ merges, htmlEntities }: TokenizerData): Tokenizer {
  const bpe = createBpe(merges);
  const html = createHtmlDecoder(htmlEntities);
  const startOfText = bpe.size;
  const endOfText = bpe.size + 1;
  const encode = (text: string): number[] => {
    const words = clean(text, html).match(WORD) ?? [];
    return words.flatMap((word) => {
      if (word === START_OF_TEXT) return startOfText;
      return word === END_OF_TEXT ? endOfText : bpe.encodeWord(word);
    });
  };
  const tokenizeOne = (
    text: string,
    { truncate = false, contextLength = CONTEXT_LENGTH }: TokenizeOptions,
  ): Int32Array => {
    const ids = [startOfText, ...encode(text), endOfText];
    const row = new Int32Array(contextLength);
    row.set(ids.slice(0, contextLength));
    if (ids.length <= contextLength) return row;
    if (!truncate) {
      const length = `${ids.length} ids with start and end, the limit is ${contextLength}`;
      throw new UserError(`text is too long (${length}); shorten it or cut it with truncate: ${JSON.stringify(text)}`);
    }
    row[contextLength - 1] = endOfText;
    return row;
  };
  const special = new Map([startOfText, endOfText].map((id, index) => [id, [START_OF_TEXT, END_OF_TEXT][index]!]));
  return {
    encode,
    tokenize: (texts, options = {}) => texts.map((text) => tokenizeOne(text, options)),
    decode: (ids) => decode(ids, bpe, special),
    startOfText,
    endOfText,
  };
}

/** Text as the vocabulary knows it. */
function clean(text: string, html: HtmlDecoder): string {
  return lowerCase(collapseSpace(html.unescape(html.unescape(fixText(text, html)))));
}

function decode(ids: Iterable<number>, bpe: Bpe, special: ReadonlyMap<number, string>): string {
  const bytes: number[] = [];
  for (const id of ids) {
    const symbol = special.get(id);
    const part = symbol === undefined ? bpe.bytesOf(id) : new TextEncoder().encode(symbol);
    if (part === undefined)
      throw new UserError(`token id ${id} does not exist; ids are whole numbers below ${bpe.size + 2}`);
    for (const byte of part) bytes.push(byte);
  }
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(bytes)).replaceAll("</w>", " ");
}
