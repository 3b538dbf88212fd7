/**
 * The single-byte character sets that mojibake comes from, in the order in which a repair tries them.
 *
 * The tables follow the Unicode consortium's mapping files; bytes that a Windows set leaves undefined stand for the
 * control character of the same number, as in the HTML standard. Source of the choice, the order and the rule for
 * byte 1A: ftfy 6.3.1, `chardata.CHARMAP_ENCODINGS` and `bad_codecs/sloppy.py`.
 *
 * Bytes are held as a string of characters below U+0100 throughout this folder, so that regular expressions apply.
 */

/** A single-byte character set. */
export interface Charset {
  readonly name: string;
  /** A Windows set. Byte 1A then stands for U+FFFD, a character that an earlier program had lost. */
  readonly windows: boolean;
  /** The characters of bytes 80 to FF. */
  readonly upper: string;
  /** Byte of each character outside ASCII. */
  readonly byteOf: ReadonlyMap<string, string>;
}

const LATIN_1 = Array.from({ length: 128 }, (_, index) => String.fromCharCode(128 + index)).join("");
const WINDOWS_1252 =
  "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ\xa0¡¢£¤¥¦§¨©ª«¬\xad®¯°±²³´µ¶·¸¹º»¼½¾¿" +
  "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞßàáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ";
const WINDOWS_1251 =
  "ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—\x98™љ›њќћџ\xa0ЎўЈ¤Ґ¦§Ё©Є«¬\xad®Ї°±Ііґµ¶·ё№є»јЅѕї" +
  "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдежзийклмнопрстуфхцчшщъыьэюя";
const WINDOWS_1250 =
  "€\x81‚\x83„…†‡\x88‰Š‹ŚŤŽŹ\x90‘’“”•–—\x98™š›śťžź\xa0ˇ˘Ł¤Ą¦§¨©Ş«¬\xad®Ż°±˛ł´µ¶·¸ąş»Ľ˝ľż" +
  "ŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕáâăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙";
const WINDOWS_1253 =
  "€\x81‚ƒ„…†‡\x88‰\x8a‹\x8c\x8d\x8e\x8f\x90‘’“”•–—\x98™\x9a›\x9c\x9d\x9e\x9f\xa0΅Ά£¤¥¦§¨©ª«¬\xad®―°±²³΄µ¶·ΈΉΊ»Ό½ΎΏ" +
  "ΐΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡÒΣΤΥΦΧΨΩΪΫάέήίΰαβγδεζηθικλμνξοπρςστυφχψωϊϋόύώÿ";
const WINDOWS_1254 =
  "€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8d\x8e\x8f\x90‘’“”•–—˜™š›œ\x9d\x9eŸ\xa0¡¢£¤¥¦§¨©ª«¬\xad®¯°±²³´µ¶·¸¹º»¼½¾¿" +
  "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏĞÑÒÓÔÕÖ×ØÙÚÛÜİŞßàáâãäåæçèéêëìíîïğñòóôõö÷øùúûüışÿ";
const WINDOWS_1257 =
  "€\x81‚\x83„…†‡\x88‰\x8a‹\x8c¨ˇ¸\x90‘’“”•–—\x98™\x9a›\x9c¯˛\x9f\xa0¡¢£¤¥¦§Ø©Ŗ«¬\xad®Æ°±²³´µ¶·ø¹ŗ»¼½¾æ" +
  "ĄĮĀĆÄÅĘĒČÉŹĖĢĶĪĻŠŃŅÓŌÕÖ×ŲŁŚŪÜŻŽßąįāćäåęēčéźėģķīļšńņóōõö÷ųłśūüżž˙";
const ISO_8859_2 =
  LATIN_1.slice(0, 32) +
  "\xa0Ą˘Ł¤ĽŚ§¨ŠŞŤŹ\xadŽŻ°ą˛ł´ľśˇ¸šşťź˝žż" +
  "ŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕáâăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙";
const MAC_ROMAN =
  "ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø" +
  "¿¡¬√ƒ≈∆«»…\xa0ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\uf8ffÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ";
const CP_437 =
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐" +
  "└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\xa0";

/** All sets, in the order in which a repair tries them. */
export const CHARSETS: readonly Charset[] = [
  charset("latin-1", LATIN_1),
  charset("windows-1252", WINDOWS_1252),
  charset("windows-1251", WINDOWS_1251),
  charset("windows-1250", WINDOWS_1250),
  charset("windows-1253", WINDOWS_1253),
  charset("windows-1254", WINDOWS_1254),
  charset("windows-1257", WINDOWS_1257),
  charset("iso-8859-2", ISO_8859_2),
  charset("macroman", MAC_ROMAN),
  charset("cp437", CP_437),
];

function charset(name: string, upper: string): Charset {
  const windows = name.startsWith("windows");
  const byteOf = new Map([...upper].map((character, index) => [character, String.fromCharCode(128 + index)]));
  if (windows) byteOf.set("\ufffd", "\x1a");
  return { name, windows, upper, byteOf };
}

/** The bytes of a text in a character set, or null where the set lacks one of its characters. */
export function encodeCharset(text: string, { byteOf, windows }: Charset): string | null {
  let bytes = "";
  for (const character of text) {
    const ascii = character < "\x80" && !(windows && character === "\x1a");
    const byte = ascii ? character : byteOf.get(character);
    if (byte === undefined) return null;
    bytes += byte;
  }
  return bytes;
}

/** Replaces the C1 control characters (U+0080 to U+009F) by what the same bytes mean in windows-1252. */
export function replaceC1Controls(text: string): string {
  return text.replace(C1_CONTROL, (control) => WINDOWS_1252.charAt(control.charCodeAt(0) - 0x80));
}

const C1_CONTROL = /[\x80-\x9f]/g;
