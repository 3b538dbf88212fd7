/** Everything that `vghif reproduce` can be asked for by name: tables, ablations, the cost table and figures. */
import { UsageError } from "../errors.js";
import { ablationCost } from "./cost/declared.js";
import { type DeclaredFigure, FIGURES } from "./figures.js";
import type { Table } from "./table.js";
import { TABLES } from "./tables.js";

export interface Targets {
  /** Those asked for, and those that the figures read. */
  readonly tables: readonly Table[];
  readonly figures: readonly DeclaredFigure[];
  /** Whether the cost table is among them. */
  readonly cost: boolean;
}

/** Names in the order in which they are shown. */
export function targetNames(): readonly string[] {
  return [...Object.keys(TABLES), ablationCost.id, ...Object.keys(FIGURES)];
}

/** What these names stand for, everything for none. @throws UsageError that lists the names */
export function findTargets(names: readonly string[]): Targets {
  const wanted = names.length > 0 ? [...new Set(names)] : targetNames();
  const unknown = wanted.find((name) => !targetNames().includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`there is no table or figure "${unknown}"; there are ${targetNames().join(", ")}`);
  }
  const figures = wanted.flatMap((name) => FIGURES[name] ?? []);
  const tables = [...wanted.flatMap((name) => TABLES[name] ?? []), ...figures.flatMap((figure) => figure.tables)];
  return { tables: [...new Set(tables)], figures, cost: wanted.includes(ablationCost.id) };
}
