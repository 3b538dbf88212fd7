/**
 * Does a text look like mojibake? Some neighbours (a lower-case accented letter before a currency sign) hardly ever
 * stand together in real text but do so all the time where UTF-8 was read in another encoding.
 *
 * The character categories and the list of unlikely neighbours restate those of ftfy 6.3.1, `ftfy/badness.py`
 * (Copyright 2023 Robyn Speer, Apache License 2.0, see lib/assets/ftfy/LICENSE.txt).
 */
import { PYTHON_SPACE } from "../python-string.js";

/** Characters that occur in mojibake, by what they do in real text. Contents of a regular expression's class. */
const CATEGORIES = {
  common: "\xa0\xad´·–—―’…",
  c1: "\x80-\x9f",
  bad: "¤¦¨ª¬¯¸ºƒˆˇ˘˛˜†‡‰⌐◊\ufffd",
  law: "§¶",
  currency: "¢£¥₧€",
  start: "¡©«¿΄΅‘‚“„•‹\uf8ff",
  end: "®»˝”›™",
  numeric: "±²³µ¹¼½¾×÷⁄№∂∆∏∑√∞∩∫≈≠≡≤≥",
  kaomoji: "°Ò-ÖÙ-Üò-öø-üŌŐŪŲ",
  upperAccented: "À-ÑØÜÝĀĂĄĆČĎĐĒĖĘĚĞĢĪİĶĹĻĽŁŃŅŇŒŘŚŞŠŢŤŮŰŸŹŻŽҐ",
  lowerAccented: "ß-ñüāăąćčďđēėęěğģīįķĺļľłœŕśşšťźżžґﬁﬂ",
  upperCommon: "ÞΆΈΉΊΌΎΏΑ-ΫЁ-Я",
  lowerCommon: "ά-ωа-џ",
  box: "│┌┐┘├┤┬┼═-╬▀▄█▌▐-▓",
} as const;

type Category = keyof typeof CATEGORIES;

/** One character of any of the categories, or of `others`. */
function any(categories: readonly Category[], others = ""): string {
  return `[${categories.map((name) => CATEGORIES[name]).join("")}${others}]`;
}

const ACCENTED = ["lowerAccented", "upperAccented"] as const;
const SYMBOLS = ["start", "end", "currency", "numeric", "law"] as const;
const WORD = "[\\p{L}\\p{N}_]";
const ARABIC_PAIR = `[ØÙ]${any(["common", "currency", "bad", "numeric", "start"], "ŸŠ®°µ»")}`;

/** Each is enough to call a text bad. */
const UNLIKELY: readonly string[] = [
  any(["c1"]),
  any(["bad", ...ACCENTED, "box", ...SYMBOLS]) + any(["bad"]),
  `[a-zA-Z]${any(["lowerCommon", "upperCommon"])}${any(["bad"])}`,
  any(["bad"]) + any([...ACCENTED, "box", ...SYMBOLS]),
  any(["lowerAccented", "lowerCommon", "box", "end", "currency", "numeric"]) + any(["upperAccented"]),
  any(["box", "end", "currency", "numeric"]) + any(["lowerAccented"]),
  any(["lowerAccented", "box", "end"]) + any(["currency"]),
  `[${PYTHON_SPACE}]${any(["upperAccented"])}${any(["currency"])}`,
  any(["upperAccented", "box"]) + any(["numeric", "law"]),
  any([...ACCENTED, "box", "currency", "end"]) + any(["start"]) + any(["numeric"]),
  any([...ACCENTED, "currency", "numeric", "box", "law"]) + any(["end"]) + any(["start"]),
  any(["currency", "numeric", "box"]) + any(["start"]),
  `[a-z]${any(["upperAccented"])}${any(["start", "currency"])}`,
  any(["box"]) + any(["kaomoji"]),
  any([...ACCENTED, ...SYMBOLS]) + any(["box"]),
  any(["box"]) + any(["end"]),
  any(ACCENTED) + any(["start", "end"]) + WORD,
  // The ligature œ before anything but a plain letter; a degree sign after a capital.
  "[Œœ][^A-Za-z]",
  `${any(["upperAccented"])}°`,
  // UTF-8 read as windows-1252: two bytes, Arabic (of which two letters are asked for), three bytes of South Asia.
  `[ÂÃÎÐ]${any(["start", "end"], "€œŠš¢£Ÿž\xa0\xad®©°·»–—´")}`,
  "×[²³]",
  ARABIC_PAIR + ARABIC_PAIR,
  "à[²µ¹¼½¾]",
  // UTF-8 read as MacRoman.
  "√[±∂†≠®™´≤≥¥µø]",
  "≈[°¢]",
  "‚Ä[ìîïòôúùû†°¢π]",
  "‚[âó][àä°ê]",
  // UTF-8 read as windows-1251: punctuation, letters, and a second misreading on top.
  "вЂ",
  `[ВГРС]${any(["c1", "bad", "start", "end", "currency"], "°µ")}[ВГРС]`,
  "ГўВЂВ[^\\n][A-Za-z ]",
  // The letters à and á and the no-break space, some of which an earlier program made a blank.
  "Ã[\xa0¡]",
  `[a-z][${PYTHON_SPACE}]?[ÃÂ] `,
  "^[ÃÂ] ",
  `${any(["end"], "a-z.,?!")}Â${any(["start", "end"], " ")}`,
  // UTF-8 read as windows-1253 and windows-1257.
  "β€[™\xa0Ά\xad®°]",
  `[ΒΓΞΟ]${any(["c1", "bad", "start", "end", "currency"], "°")}[ΒΓΞΟ]`,
  "ā€",
];

const BADNESS = new RegExp(UNLIKELY.join("|"), "u");

/** True where some of the text seems to be mojibake. */
export function isBad(text: string): boolean {
  return BADNESS.test(text);
}
