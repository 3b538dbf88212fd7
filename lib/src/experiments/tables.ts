/** Every table that the kit declares, by the name that the command line and the notebooks use. */
import { UsageError } from "../errors.js";
import type { Table } from "./table.js";
import { table4 } from "./table-4.js";

export const TABLES: Readonly<Record<string, Table>> = { [table4.id]: table4 };

/** The tables of these names, all of them for none. @throws UsageError that lists the names. */
export function findTables(names: readonly string[]): readonly Table[] {
  const wanted = names.length > 0 ? [...new Set(names)] : Object.keys(TABLES);
  return wanted.map((name) => {
    const table = TABLES[name];
    if (table) return table;
    throw new UsageError(`there is no table "${name}"; there are ${Object.keys(TABLES).join(", ")}`);
  });
}
