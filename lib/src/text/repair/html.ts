/** HTML character references, decoded as Python's `html.unescape` does and, more warily, as ftfy does. */

/** Name of a character reference, without its ampersand and with its semicolon where it has one, to its characters. */
export type HtmlEntities = Readonly<Record<string, string>>;

/** Decodes character references. */
export interface HtmlDecoder {
  /** All of them, also names without a semicolon: `&ampfoo` is `&foo`. Source: Python 3.11, `html.unescape`. */
  unescape(text: string): string;
  /**
   * Only those that end in a semicolon, and names in capitals that have no meaning of their own: `&NTILDE;` is `Ñ`.
   * Source: ftfy 6.3.1, `fixes.unescape_html`.
   */
  unescapeUnambiguous(text: string): string;
}

/** Builds a decoder from the standard's table of names. */
export function createHtmlDecoder(entities: HtmlEntities): HtmlDecoder {
  const names = new Map(Object.entries(entities));
  const decodeName = (name: string): string => {
    const whole = names.get(name);
    if (whole !== undefined) return whole;
    for (let length = name.length - 1; length > 1; length--) {
      const prefix = names.get(name.slice(0, length));
      if (prefix !== undefined) return prefix + name.slice(length);
    }
    return `&${name}`;
  };
  const decode = (reference: string): string =>
    reference.startsWith("#") ? decodeNumber(reference) : decodeName(reference);
  const unescapeAll = (text: string): string =>
    text.includes("&") ? text.replace(REFERENCE, (_, reference: string) => decode(reference)) : text;

  const unambiguous = new Map<string, string>();
  for (const [name, characters] of names) {
    if (!name.endsWith(";")) continue;
    unambiguous.set(`&${name}`, characters);
    const capitals = `&${name.toUpperCase()}`;
    if (name === name.toLowerCase() && unescapeAll(capitals) === capitals)
      unambiguous.set(capitals, characters.toUpperCase());
  }
  const decodeUnambiguous = (reference: string): string => {
    const named = unambiguous.get(reference);
    if (named !== undefined || !reference.startsWith("&#")) return named ?? reference;
    const number = unescapeAll(reference);
    return number.includes(";") ? reference : number;
  };
  return {
    unescape: unescapeAll,
    unescapeUnambiguous: (text) => text.replace(REFERENCE_WITH_SEMICOLON, decodeUnambiguous),
  };
}

const REFERENCE = /&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)/gu;
const REFERENCE_WITH_SEMICOLON = /&#?[0-9A-Za-z]{1,24};/g;

function decodeNumber(reference: string): string {
  const digits = reference.slice(1).replace(/;$/, "");
  const code = Number(/^x/i.test(digits) ? `0${digits}` : digits);
  if (code === 0 || (code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) return "\ufffd";
  if (code >= 0x80 && code <= 0x9f) return C1_REFERENCES.charAt(code - 0x80);
  return isNotCharacter(code) ? "" : String.fromCodePoint(code);
}

/** What references to U+0080 to U+009F mean by the standard: the windows-1252 characters of those bytes. */
const C1_REFERENCES = "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ";

/** Code points whose references stand for nothing: control characters but tab, line ends and form feed; non-characters. */
function isNotCharacter(code: number): boolean {
  const control = code === 0x7f || code === 0x0b || (code < 0x20 && (code < 9 || code > 13));
  return control || (code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffe) === 0xfffe;
}
