/** The part of a plotly figure that the kit uses: plain JSON, so that a page, a notebook and a test share it. */

/** How far a point's interval reaches, in the axis's units; null where it has none. */
export interface ErrorBars {
  readonly type: "data";
  readonly symmetric: false;
  /** Upwards. */
  readonly array: readonly (number | null)[];
  /** Downwards, positive too. */
  readonly arrayminus: readonly (number | null)[];
  readonly color: string;
  /** Pixels. */
  readonly thickness: number;
  readonly width: number;
}

/** A line with markers, points alone, or a closed band. */
export interface ScatterTrace {
  readonly type: "scatter";
  readonly mode: "lines" | "markers" | "lines+markers";
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
  /** Subplot: "x", "x2", ... */
  readonly xaxis: string;
  readonly yaxis: string;
  readonly legendgroup: string;
  readonly showlegend: boolean;
  readonly line?: { readonly color?: string; readonly width: number; readonly dash?: "solid" | "dash" };
  readonly marker?: { readonly color: string; readonly size: number; readonly symbol: string };
  readonly error_y?: ErrorBars;
  readonly fill?: "toself";
  readonly fillcolor?: string;
  readonly hoverinfo?: "skip";
  /** Hover text a point. */
  readonly text?: readonly string[];
  readonly hovertemplate?: string;
}

export interface Axis {
  readonly title: { readonly text: string };
  readonly type: "linear" | "log";
  readonly tickvals?: readonly number[];
  readonly ticktext?: readonly string[];
  /** In the axis's own units: base-10 logarithms on a log axis. */
  readonly range?: readonly [number, number];
  /** Share of the plot's width or height. */
  readonly domain?: readonly [number, number];
  readonly anchor?: string;
  readonly matches?: string;
  readonly showticklabels?: boolean;
  readonly zeroline?: boolean;
  readonly zerolinecolor?: string;
  readonly zerolinewidth?: number;
}

/** A text above a panel, in shares of the plot's size. */
export interface Annotation {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly xref: "paper";
  readonly yref: "paper";
  readonly xanchor: "center" | "left";
  readonly yanchor: "bottom" | "top";
  readonly showarrow: false;
}

/** `xaxis`, `yaxis`, `xaxis2`, ... */
export type AxisName = "xaxis" | "yaxis" | `xaxis${number}` | `yaxis${number}`;

interface FigureFrame {
  readonly title: { readonly text: string };
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly margin: { readonly l: number; readonly r: number; readonly t: number; readonly b: number };
  readonly legend: Readonly<Record<string, string | number>>;
  readonly annotations: readonly Annotation[];
  readonly font: { readonly family: string; readonly size: number };
}

export type FigureLayout = FigureFrame & { readonly [name in AxisName]?: Axis };

export interface Figure {
  /** As on the command line: "figure-shots". */
  readonly id: string;
  /** What the figure shows, for those who do not see it. */
  readonly alt: string;
  readonly data: readonly ScatterTrace[];
  readonly layout: FigureLayout;
}
