/** How the fusion starts and how large it is: start of gates and matrices, feed-forward, heads, its hidden width. */
import { ablationTable } from "../ablation.js";

export const ablationGates = ablationTable({
  id: "ablation-gates",
  title: "Gates, start, feed-forward, heads and its width",
  variants: {
    closed: { label: "gates start at 0, 4 heads, feed-forward of ratio 4 (default)", change: {} },
    "gate-0.1": { label: "gates start at 0.1", change: { gate: 0.1 } },
    "gate-1": { label: "gates start at 1", change: { gate: 1 } },
    identity: { label: "query, key, value and output start as the identity", change: { start: "identity" } },
    "no-ffn": { label: "no feed-forward", change: { ffn: false } },
    "ratio-1": { label: "feed-forward of ratio 1", change: { ratio: 1 } },
    "ratio-2": { label: "feed-forward of ratio 2", change: { ratio: 2 } },
    "heads-1": { label: "1 head", change: { heads: 1 } },
    "heads-2": { label: "2 heads", change: { heads: 2 } },
    "heads-8": { label: "8 heads", change: { heads: 8 } },
  },
});
