/** Every table and ablation that the kit declares, by the name that the command line and the notebooks use. */
import { UsageError } from "../errors.js";
import { ablationGates } from "./declared/ablation-gates.js";
import { ablationInteraction } from "./declared/ablation-interaction.js";
import { ablationIterations } from "./declared/ablation-iterations.js";
import { ablationLevels } from "./declared/ablation-levels.js";
import { ablationTokens } from "./declared/ablation-tokens.js";
import { table1 } from "./declared/table-1.js";
import { table2 } from "./declared/table-2.js";
import { table3 } from "./declared/table-3.js";
import { table4 } from "./declared/table-4.js";
import { table5 } from "./declared/table-5.js";
import type { Table } from "./table.js";

export const TABLES: Readonly<Record<string, Table>> = Object.fromEntries(
  [
    table1,
    table2,
    table3,
    table4,
    table5,
    ablationLevels,
    ablationIterations,
    ablationInteraction,
    ablationTokens,
    ablationGates,
  ].map((table): [string, Table] => [table.id, table]),
);

/** The tables of these names, all of them for none. @throws UsageError that lists the names. */
export function findTables(names: readonly string[]): readonly Table[] {
  const wanted = names.length > 0 ? [...new Set(names)] : Object.keys(TABLES);
  return wanted.map((name) => {
    const table = TABLES[name];
    if (table) return table;
    throw new UsageError(`there is no table "${name}"; there are ${Object.keys(TABLES).join(", ")}`);
  });
}
