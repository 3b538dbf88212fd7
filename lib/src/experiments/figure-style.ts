/** How models look in every figure: one hue and marker a backbone; a baseline is light and dashed, + VgHIF full and solid. */
import type { ErrorBars } from "./figure.js";
import type { Interval } from "./statistics.js";

export interface ModelStyle {
  readonly color: string;
  /** The same hue, translucent, for the interval's band. */
  readonly band: string;
  /** plotly's name of the marker. */
  readonly symbol: string;
  readonly dash: "solid" | "dash";
}

interface Hue {
  readonly full: string;
  readonly light: string;
  /** Red, green and blue of `full`, for the band. */
  readonly rgb: string;
  readonly symbol: string;
}

/** Apart in hue, lightness and marker, so that they part in print and for colour-blind readers. */
const HUES: Readonly<Record<string, Hue>> = {
  clip: { full: "#d9480f", light: "#f08c5a", rgb: "217,72,15", symbol: "circle" },
  xclip: { full: "#1864ab", light: "#5c9bd6", rgb: "24,100,171", symbol: "square" },
  vificlip: { full: "#2b8a3e", light: "#63b076", rgb: "43,138,62", symbol: "diamond" },
  actionclip: { full: "#862e9c", light: "#c17bd1", rgb: "134,46,156", symbol: "triangle-up" },
};

const OTHERS = Object.values(HUES);

/** Of a row by its key, "xclip" or "xclip+vghif"; a row of another kind takes the hue of its place in the table. */
export function modelStyle(key: string, index: number): ModelStyle {
  const [family = "", fusion] = key.split("+");
  const own = HUES[family];
  const hue = own ?? OTHERS[index % OTHERS.length]!;
  const isBaseline = own ? fusion === undefined : index === 0;
  return {
    color: isBaseline ? hue.light : hue.full,
    band: `rgba(${hue.rgb},${isBaseline ? 0.08 : 0.16})`,
    symbol: isBaseline ? `${hue.symbol}-open` : hue.symbol,
    dash: isBaseline ? "dash" : "solid",
  };
}

/** Bars from each mean to the ends of its interval; none where there is no interval. */
export function errorBars(
  points: readonly { readonly mean: number; readonly interval: Interval | null }[],
  color: string,
): ErrorBars {
  return {
    type: "data",
    symmetric: false,
    array: points.map(({ mean, interval }) => interval && rounded(interval[1] - mean)),
    arrayminus: points.map(({ mean, interval }) => interval && rounded(mean - interval[0])),
    color,
    thickness: 1.5,
    width: 4,
  };
}

/** Three decimals: more than anybody sees, few enough for short files. */
export function rounded(value: number): number {
  return Number(value.toFixed(3));
}

/** What every figure shares; pixels. */
export const FIGURE_WIDTH = 860;
export const FIGURE_FONT = { family: "Helvetica, Arial, sans-serif", size: 13 } as const;
