/** HTML references by Python's rules. Expected values: Python 3.11, `html.unescape`. */
import assert from "node:assert/strict";
import test from "node:test";
import { createHtmlDecoder } from "vghif/dist/text/repair/html.js";

const html = createHtmlDecoder({
  "amp;": "&",
  amp: "&",
  "not;": "¬",
  not: "¬",
  "notin;": "∉",
  "ntilde;": "ñ",
  "szlig;": "ß",
});

const UNESCAPED: readonly (readonly [string, string])[] = [
  ["&amp; &ampfoo &amp", "& &foo &"],
  ["&notin; &notit; &noti", "∉ ¬it; ¬i"],
  ["&bogus; & &; &#; &#x;", "&bogus; & &; &#; &#x;"],
  ["&#65;&#x42;&#X43&#068g", "ABCDg"],
  ["&#0; &#xD800; &#1114112;", "\ufffd \ufffd \ufffd"],
  ["&#x80;&#x99;&#x81;", "€™\x81"],
  ["[&#1;&#11;&#31;&#127;&#xfdd0;&#x1fffe;]", "[]"],
  ["&#9;&#10;&#12;&#13;", "\t\n\f\r"],
];

for (const [text, expected] of UNESCAPED) {
  test(`unescapes ${text}`, () => assert.equal(html.unescape(text), expected));
}

const UNAMBIGUOUS: readonly (readonly [string, string])[] = [
  ["&amp; &amp &ampfoo", "& &amp &ampfoo"],
  ["&ntilde; &NTILDE; &nTILDE; &SZLIG;", "ñ Ñ &nTILDE; SS"],
  ["&#65; &#65 &#59; &#65g;", "A &#65 &#59; &#65g;"],
];

for (const [text, expected] of UNAMBIGUOUS) {
  test(`unescapes only what is certain in ${text}`, () => assert.equal(html.unescapeUnambiguous(text), expected));
}
