/** Every figure that the kit declares, by the name that the command line, the notebooks and the report use. */
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { findDataset } from "../data/manifest-find.js";
import { videosFolder } from "../data/prepare/locate.js";
import { UsageError } from "../errors.js";
import { writeFileWhole } from "../files.js";
import { weightsFile } from "../weights/registry.js";
import { table1 } from "./declared/table-1.js";
import { table2 } from "./declared/table-2.js";
import { table3 } from "./declared/table-3.js";
import { table4 } from "./declared/table-4.js";
import type { SpecPair } from "./embedding-record.js";
import type { Figure } from "./figure.js";
import type { RunContext } from "./run-experiment.js";
import type { RunSpec, Scale } from "./spec.js";
import { openStore, type RecordStore } from "./store.js";
import type { Table } from "./table.js";
import { readTable } from "./table-result.js";

export interface FigureContext {
  readonly scale: Scale;
  readonly store: RecordStore;
  /** For figures that need a trained model: progress, and a signal to stop. */
  readonly run?: RunContext;
}

/** A plot is data that any page can draw; a picture is drawn already. */
export type Drawing =
  | { readonly kind: "plot"; readonly figure: Figure }
  | { readonly kind: "picture"; readonly svg: string; readonly alt: string };

export interface DeclaredFigure {
  /** As on the command line: "figure-shots". */
  readonly id: string;
  readonly title: string;
  /** The tables whose records it reads. */
  readonly tables: readonly Table[];
  /**
   * Whether it can be drawn at once: from records, or with a model that trains in seconds on data and weights that are here.
   * Drawing it all the same makes generated data and trains.
   */
  atHand(context: FigureContext): Promise<boolean>;
  /** Draws it from the records there are. @throws UserError where data or weights that it needs are missing */
  draw(context: FigureContext): Promise<Drawing>;
}

const DECLARED: readonly DeclaredFigure[] = [
  {
    id: "figure-shots",
    title: "Accuracy over shots",
    tables: [table4],
    atHand: async () => true,
    draw: async ({ scale, store }) => {
      const { figureShots } = await import("./figure-shots.js");
      return { kind: "plot", figure: figureShots(readTable(table4, scale, store)) };
    },
  },
  {
    id: "figure-datasets",
    title: "Accuracy and gain across datasets",
    tables: [table1, table2, table3],
    atHand: async () => true,
    draw: async ({ scale, store }) => {
      const { figureDatasets } = await import("./figure-datasets.js");
      const results = [table1, table2, table3].map((table) => readTable(table, scale, store));
      return { kind: "plot", figure: figureDatasets(results) };
    },
  },
  {
    id: "figure-grounding",
    title: "Where the class text looks, per level and pass",
    tables: [table4],
    atHand: async ({ scale }) => isQuick(shownPair(scale).treatment),
    draw: async ({ scale, store, run = {} }) => {
      const { figureGrounding } = await import("./figure-grounding.js");
      return { kind: "picture", ...(await figureGrounding({ spec: shownPair(scale).treatment }, store, run)) };
    },
  },
  {
    id: "figure-embedding",
    title: "Test videos among the class texts, baseline against + VgHIF",
    tables: [table4],
    atHand: async ({ scale, store }) => {
      const { readEmbedding } = await import("./embedding-record.js");
      const pair = shownPair(scale);
      return readEmbedding(store, pair) !== null || isQuick(pair.treatment);
    },
    draw: async ({ scale, store, run = {} }) => {
      const { makeEmbedding } = await import("./embedding-record.js");
      const { figureEmbedding } = await import("./figure-embedding.js");
      return { kind: "plot", figure: figureEmbedding(await makeEmbedding(store, shownPair(scale), run)) };
    },
  },
];

export const FIGURES: Readonly<Record<string, DeclaredFigure>> = Object.fromEntries(
  DECLARED.map((figure) => [figure.id, figure]),
);

/** The figures of these names, all of them for none. @throws UsageError that lists the names. */
export function findFigures(names: readonly string[]): readonly DeclaredFigure[] {
  const wanted = names.length > 0 ? [...new Set(names)] : Object.keys(FIGURES);
  return wanted.map((name) => {
    const figure = FIGURES[name];
    if (figure) return figure;
    throw new UsageError(`there is no figure "${name}"; there are ${Object.keys(FIGURES).join(", ")}`);
  });
}

/** Draws one figure by its name. Default: from the project's records. @throws UsageError that lists the names */
export function drawFigure(name: string, scale: Scale, context: Partial<FigureContext> = {}): Promise<Drawing> {
  const { store = openStore(), ...rest } = context;
  return findFigures([name])[0]!.draw({ ...rest, scale, store });
}

/** The runs whose models are looked into: CLIP and CLIP + VgHIF on the first few-shot dataset, most shots, first seed. */
export function shownPair(scale: Scale): SpecPair {
  const seed = table4.seeds[scale][0]!;
  const { dataset } = Object.values(table4.columns)[0]!;
  const column = Object.values(table4.columns).findLast((candidate) => candidate.dataset === dataset)!;
  const specOf = (row: keyof typeof table4.rows): RunSpec => table4.spec(table4.rows[row], column, seed, scale);
  return { baseline: specOf("clip"), treatment: specOf("clip+vghif") };
}

/** Whether a run's model is a small one, and its data and weights are here. */
export function isQuick({ scale, dataset, weights }: RunSpec): boolean {
  return scale === "smoke" && existsSync(videosFolder(findDataset(dataset))) && existsSync(weightsFile(weights));
}

/** A drawing as SVG text that needs nothing else. */
export async function drawingSvg(drawing: Drawing): Promise<string> {
  if (drawing.kind === "picture") return drawing.svg;
  const { figureSvg } = await import("./svg.js");
  return figureSvg(drawing.figure);
}

/** Draws the figures into the folder as `<id>.svg`; returns the paths. */
export async function writeFigures(
  figures: readonly DeclaredFigure[],
  context: FigureContext,
  folder: string,
): Promise<readonly string[]> {
  mkdirSync(folder, { recursive: true });
  const files: string[] = [];
  for (const figure of figures) {
    const file = path.resolve(folder, `${figure.id}.svg`);
    writeFileWhole(file, `${await drawingSvg(await figure.draw(context))}\n`);
    files.push(file);
  }
  return files;
}
