/** The size of an SVG text, estimated from its characters: jsdom, where the static plots are drawn, measures nothing. */

interface Box {
  readonly x: number;
  readonly y: number;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly width: number;
  readonly height: number;
}

/** Widths of Helvetica and Arial in shares of the font size, by kind of character. */
const WIDTHS: readonly (readonly [characters: RegExp, width: number])[] = [
  [/[iljtfrI.,:;|'!()[\] ]/, 0.29],
  [/[mwMW%]/, 0.87],
  [/[A-Z+=<>]/, 0.67],
];
const OTHER_WIDTH = 0.55;

/** Shares of the font size above and below a line's baseline. */
const ASCENT = 0.95;
const LINE_HEIGHT = 1.3;

/** Shares of the width that lie left of a text's x, by its anchor. */
const LEFT_OF_ANCHOR: Readonly<Record<string, number>> = { start: 0, middle: 0.5, end: 1 };

/** Box of the text in `element` in pixels, in the element's own coordinates; transforms are left out. */
export function estimateTextBox(element: SVGElement): Box {
  const lines = [...element.querySelectorAll("tspan.line")];
  const texts = (lines.length > 0 ? lines : [element]).map((line) => line.textContent ?? "");
  const size = fontSize(element);
  const width = Math.max(...texts.map((text) => size * textWidth(text)));
  const height = element.textContent ? size * LINE_HEIGHT * texts.length : 0;
  const anchor = element.getAttribute("text-anchor") ?? "start";
  const left = Number(element.getAttribute("x") ?? 0) - width * (LEFT_OF_ANCHOR[anchor] ?? 0);
  const top = Number(element.getAttribute("y") ?? 0) - (height > 0 ? size * ASCENT : 0);
  return { x: left, y: top, left, top, right: left + width, bottom: top + height, width, height };
}

function textWidth(text: string): number {
  return [...text].reduce((sum, letter) => sum + (WIDTHS.find(([kind]) => kind.test(letter))?.[1] ?? OTHER_WIDTH), 0);
}

/** Of the nearest element that states one: the text itself, a part of it, or what is around it. Default 12 px. */
function fontSize(element: SVGElement): number {
  const inside = [element, ...element.querySelectorAll<SVGElement>("text, tspan")];
  for (const candidate of inside) {
    const size = Number.parseFloat(candidate.style.fontSize);
    if (size > 0) return size;
  }
  const parent = element.parentElement;
  return parent instanceof element.ownerDocument.defaultView!.SVGElement ? fontSize(parent) : 12;
}
