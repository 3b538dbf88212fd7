/** Which tokens of a level the text may ask. */
import { ablationTable } from "../ablation.js";

export const ablationTokens = ablationTable({
  id: "ablation-tokens",
  title: "Which visual tokens the text asks",
  variants: {
    cls: { label: "class tokens of the frames", change: { select: "cls" } },
    patch: { label: "patches, mean over time", change: { select: "patch" } },
    "cls+patch": { label: "both (default)", change: {} },
    all: { label: "every token of every frame", change: { select: "all" } },
  },
});
