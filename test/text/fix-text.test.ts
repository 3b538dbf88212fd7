/** Text repair against ftfy 6.3.1, and single rules by hand. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { fixText } from "vghif/dist/text/repair/fix-text.js";
import { createHtmlDecoder, type HtmlEntities } from "vghif/dist/text/repair/html.js";
import { PROJECT_ROOT } from "../shared.js";

const entities = path.join(PROJECT_ROOT, "lib", "assets", "html-entities", "entities.json");
const html = createHtmlDecoder(JSON.parse(readFileSync(entities, "utf8")) as HtmlEntities);

test("a thousand odd texts come out as from ftfy", () => {
  const file = path.join(PROJECT_ROOT, "test", "fixtures", "text", "cleaning-cases.json");
  const cases = JSON.parse(readFileSync(file, "utf8")) as readonly { text: string; fixed: string }[];
  for (const { text, fixed } of cases) assert.equal(fixText(text, html), fixed, JSON.stringify(text));
});

const EXAMPLES: readonly (readonly [what: string, text: string, fixed: string])[] = [
  ["UTF-8 read as windows-1252", "It\xe2€™s a cafÃ©", "It's a café"],
  ["misread twice", "cafÃƒÂ©", "café"],
  ["a no-break space that became a blank", "voilÃ  le travail", "voilà le travail"],
  ["a lost byte", "\xe2€œ like this \xe2€\ufffd", '" like this \ufffd'],
  ["one broken part in a sound text", "日本語 and cafÃ©", "日本語 and café"],
  ["sound text that only looks odd", "Ã©tude is fine: “Œuvre”, 5°C × 3²", 'étude is fine: "Œuvre", 5°C × 3²'],
  ["references, until there are none", "&amp;lt;b&amp;gt;", "<b>"],
  ["no references where there is HTML, nor behind it", "&amp;\n<b>&amp;\n&amp;", "&\n<b>&amp;\n&amp;"],
  ["names in capitals", "P&EACUTE;REZ STRA&SZLIG;E &ampfoo", "PÉREZ STRASSE &ampfoo"],
  ["ligatures and widths", "ﬁﬀ Ĳ ＡＢＣ　ﾊﾟ", "fiff IJ ABC パ"],
  ["line ends", "a\r\nb\rc\u2028d", "a\nb\nc\nd"],
  ["surrogates", "a\ud83d-\ude00b", "a\ufffd-\ufffdb"],
  ["terminal escapes and control characters", "\x1b[31mred\x1b[0m\x00\x1c\ufeff!", "red!"],
  ["composition", "e\u0301", "é"],
];

for (const [what, text, fixed] of EXAMPLES) {
  test(`repairs ${what}`, () => assert.equal(fixText(text, html), fixed));
}

test("a line of more than a million characters is repaired in pieces of a million", () => {
  // The pair of characters is broken by the cut, so neither half is known as mojibake.
  const text = `${"a".repeat(999_999)}Ã©`;
  assert.equal(fixText(text, html), text);
  assert.equal(fixText(`a${text.slice(2)}`, html), `${"a".repeat(999_998)}é`);
});
