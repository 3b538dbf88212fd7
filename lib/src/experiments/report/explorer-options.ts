/** The options of VgHIF as the explorer's form shows them. */
import type { VghifConfig } from "../../models/vghif-config.js";

export interface ExplorerOption {
  readonly name: keyof VghifConfig;
  readonly label: string;
  readonly kind: "levels" | "choice" | "number" | "switch";
  /** Choices; of a number, those that are proposed. */
  readonly values: readonly (string | number | boolean)[];
}

type OptionOf<Value> = [Value] extends [boolean]
  ? { readonly label: string; readonly kind: "switch" }
  : [Value] extends [number]
    ? { readonly label: string; readonly kind: "number" }
    : { readonly label: string; readonly kind: "choice"; readonly values: readonly Value[] };

/** Every option but the levels, in the form's order: one that is missing or misspelt does not compile. */
const OPTIONS: { readonly [Name in Exclude<keyof VghifConfig, "levels">]: OptionOf<VghifConfig[Name]> } = {
  iterations: { label: "passes", kind: "number" },
  order: { label: "order", kind: "choice", values: ["shallow-to-deep", "deep-to-shallow"] },
  share: { label: "weights shared by levels", kind: "switch" },
  interaction: { label: "interaction", kind: "choice", values: ["attention", "mean-pool", "concat-mlp", "film"] },
  guide: { label: "guide", kind: "choice", values: ["visual-to-text", "text-to-visual", "both"] },
  where: { label: "place", kind: "choice", values: ["after", "inside"] },
  select: { label: "tokens", kind: "choice", values: ["cls", "patch", "cls+patch", "all"] },
  gate: { label: "gates start at", kind: "number" },
  start: { label: "matrices start", kind: "choice", values: ["normal", "identity"] },
  ffn: { label: "feed-forward", kind: "switch" },
  ratio: { label: "feed-forward ratio", kind: "number" },
  heads: { label: "heads", kind: "number" },
};

/**
 * The form's options.
 *
 * @param blocks of the visual encoder: what levels may be chosen of
 * @param configs whose numbers are proposed
 */
export function explorerOptions(blocks: number, configs: readonly VghifConfig[]): readonly ExplorerOption[] {
  const names = Object.keys(OPTIONS) as (keyof typeof OPTIONS)[];
  const others = names.map((name): ExplorerOption => {
    const option = OPTIONS[name];
    if (option.kind === "choice") return { name, ...option };
    if (option.kind === "switch") return { name, ...option, values: [true, false] };
    const numbers = configs.map((config) => Number(config[name]));
    return { name, ...option, values: [...new Set(numbers)].sort((a, b) => a - b) };
  });
  const levels = Array.from({ length: blocks }, (_, at) => at + 1);
  return [{ name: "levels", label: "levels (blocks)", kind: "levels", values: levels }, ...others];
}
