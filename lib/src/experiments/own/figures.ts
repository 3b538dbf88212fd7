/** Figures of a few-shot table that was rebuilt on a dataset: accuracy over shots, where the text looked, the map of embeddings. */
import { readEmbedding, type SpecPair } from "../embedding-record.js";
import { type DeclaredFigure, isQuick } from "../figures.js";
import type { RunSpec, Scale } from "../spec.js";
import type { Table } from "../table.js";
import { readTable } from "../table-result.js";

type Name = "figure-shots" | "figure-grounding" | "figure-embedding";

/** Figures by name, with ids such as "figure-shots-on-mine". @param table few-shot */
export function figuresOn(table: Table, dataset: string, names: readonly Name[]): readonly DeclaredFigure[] {
  const all: Readonly<Record<Name, Omit<DeclaredFigure, "id" | "tables">>> = {
    "figure-shots": {
      title: `Accuracy over shots on ${dataset}`,
      atHand: async () => true,
      draw: async ({ scale, store }) => {
        const { figureShots } = await import("../figure-shots.js");
        return { kind: "plot", figure: figureShots(readTable(table, scale, store)) };
      },
    },
    "figure-grounding": {
      title: `Where the class text looks, on ${dataset}`,
      atHand: async ({ scale }) => isQuick(pairOn(table, scale).treatment),
      draw: async ({ scale, store, run = {} }) => {
        const { figureGrounding } = await import("../figure-grounding.js");
        const spec = pairOn(table, scale).treatment;
        return { kind: "picture", ...(await figureGrounding({ spec }, store, run)) };
      },
    },
    "figure-embedding": {
      title: `Test videos of ${dataset} among the class texts, baseline against + VgHIF`,
      atHand: async ({ scale, store }) => {
        const pair = pairOn(table, scale);
        return readEmbedding(store, pair) !== null || isQuick(pair.treatment);
      },
      draw: async ({ scale, store, run = {} }) => {
        const { makeEmbedding } = await import("../embedding-record.js");
        const { figureEmbedding } = await import("../figure-embedding.js");
        return { kind: "plot", figure: figureEmbedding(await makeEmbedding(store, pairOn(table, scale), run)) };
      },
    },
  };
  return names.map((name) => ({ ...all[name], id: `${name}-on-${dataset}`, tables: [table] }));
}

/** The runs whose models are looked into: the first comparison, most shots, first seed. */
export function pairOn(table: Table, scale: Scale): SpecPair {
  const { baseline, treatment } = table.comparisons[0]!;
  const column = Object.values(table.columns).at(-1)!;
  const specOf = (row: string): RunSpec => table.spec(table.rows[row]!, column, table.seeds[scale][0]!, scale);
  return { baseline: specOf(baseline), treatment: specOf(treatment) };
}
