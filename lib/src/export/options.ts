/** How a recogniser is exported, and what that gives. */
import type { Port } from "../engine/compile/onnx.js";

/** Classes in the file, or the number of token id rows that it takes as an input. */
export type ClassChoice =
  | {
      readonly labels: readonly string[];
      /** Prompt around a label; default: the recogniser's own. */
      readonly template?: string;
    }
  | { readonly count: number };

export interface ExportOptions {
  /** Default: the classes that the recogniser was trained with, where its file tells them. */
  readonly classes?: ClassChoice;
  /** Frames a video, T. Default: as many as the backbone is made for, or was trained with, else 8. */
  readonly frames?: number;
  /** Videos a run: "any" (default), or a fixed number. */
  readonly batch?: number | "any";
  /** Whether the attention of every visit is an output too. Default false. */
  readonly maps?: boolean;
  /** Only ONNX's own operators, which every runtime has. Default true; false: ONNX Runtime's fused ones as well. */
  readonly plain?: boolean;
}

export interface Exported {
  readonly file: string;
  readonly bytes: number;
  /** A size that is free has a name. */
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}
