/** Attention against other ways to let visual features into the text; which side asks; where it happens. */
import { ablationTable } from "../ablation.js";

export const ablationInteraction = ablationTable({
  id: "ablation-interaction",
  title: "Attention against alternatives, guide and place",
  variants: {
    attention: { label: "attention, visual to text, after the encoder (default)", change: {} },
    "mean-pool": { label: "mean of the tokens, added", change: { interaction: "mean-pool" } },
    "concat-mlp": { label: "MLP of text and mean token", change: { interaction: "concat-mlp" } },
    film: { label: "FiLM by the mean token", change: { interaction: "film" } },
    "text-to-visual": { label: "guide: text to visual", change: { guide: "text-to-visual" } },
    both: { label: "guide: both", change: { guide: "both" } },
    inside: { label: "between the text encoder's blocks", change: { where: "inside" } },
  },
});
