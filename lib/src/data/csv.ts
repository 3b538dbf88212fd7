/** CSV in and out (papaparse): texts and files of any size, row by row; a bad row is named by file and line. */
import { createReadStream, readFileSync } from "node:fs";
import Papa from "papaparse";
import { messageOf, UserError } from "../errors.js";

/** One row of a CSV file with a header: its cells by column name, and its first line, counted from 1. */
export interface CsvRow {
  readonly line: number;
  readonly cells: Readonly<Record<string, string>>;
}

/** The columns that a reader wants: those that must be there, and those that are empty where they are not. */
export interface CsvColumns {
  readonly required: readonly string[];
  readonly optional?: readonly string[];
}

/** Is given a row's trimmed cells in the order of the columns asked for, valid until the next row, and its first line. */
export type OnRow = (cells: readonly string[], line: number) => void;

/** Collects what is wrong in one file, and throws it as one line: the first fault and how many more there are. */
export class Faults {
  private readonly found: string[] = [];
  private more = 0;

  constructor(private readonly file: string) {}

  add(line: number, what: string): void {
    if (this.found.length < 5) this.found.push(`line ${line}: ${what}`);
    else this.more += 1;
  }

  throwIfAny(): void {
    const [first, ...rest] = this.found;
    if (first === undefined) return;
    const count = rest.length + this.more;
    const others = count === 0 ? "" : ` (and ${count} more: ${rest.join("; ")})`;
    throw new UserError(`${this.file}: ${first}${others}`);
  }
}

/** The text of a file that must be there. Throws a UserError that says what it is for. */
export function readText(file: string, purpose: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(`cannot read ${file}, ${purpose}: ${messageOf(error)}`);
  }
}

/**
 * Rows of a CSV text with a header line. Empty lines are skipped; cells are trimmed; columns beyond the wanted ones
 * are kept. Throws a UserError where a wanted column is missing, a row is too short or too long, or a quote is open.
 */
export function parseCsv(file: string, text: string, columns: readonly string[]): CsvRow[] {
  const rows: CsvRow[] = [];
  const table = new CsvTable(file, { required: columns }, (header) => (values, line) => {
    const cells: Record<string, string> = {};
    for (const [i, name] of header.entries()) cells[name] = (values[i] ?? "").trim();
    rows.push({ line, cells });
  });
  table.addText(text);
  table.end();
  return rows;
}

/** As `parseCsv`, but of each row only the columns asked for, as they are read: a large text makes no other objects. */
export function eachCsvRow(file: string, text: string, columns: CsvColumns, onRow: OnRow): void {
  const table = new CsvTable(file, columns, picking(columns, onRow));
  table.addText(text);
  table.end();
}

/**
 * As `eachCsvRow`, from a file of any size: read and parsed a piece at a time, between which other work goes on.
 * Throws also where the file cannot be read, or is not as it was when a piece was read.
 */
export async function streamCsv(file: string, columns: CsvColumns, onRow: OnRow, signal?: AbortSignal): Promise<void> {
  const table = new CsvTable(file, columns, picking(columns, onRow));
  const source = createReadStream(file, { encoding: "utf8", highWaterMark: PIECE });
  await new Promise<void>((resolve, reject) => {
    Papa.parse<string[]>(source, {
      ...PLAIN,
      chunk: (results, parser) => {
        try {
          signal?.throwIfAborted();
          table.add(results.data, results.errors);
        } catch (error) {
          reject(error as Error);
          parser.abort();
          source.destroy();
        }
      },
      complete: () => resolve(),
      error: (error) => reject(new UserError(`cannot read ${file}: ${messageOf(error)}`)),
    });
  });
  table.end();
}

/** CSV text with LF line ends, the header always written. */
export function formatCsv(columns: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return `${Papa.unparse({ fields: [...columns], data: rows.map((row) => [...row]) }, { newline: "\n" })}\n`;
}

/**
 * The same string with memory of its own. What a parser cuts out of a large text keeps the whole text in memory for as
 * long as the cut lives.
 */
export function ownString(text: string): string {
  const bytes = SCRATCH.write(text);
  return bytes < SCRATCH.length - 3 ? SCRATCH.toString("utf8", 0, bytes) : Buffer.from(text).toString();
}

const SCRATCH = Buffer.allocUnsafe(1024);

/** Characters or bytes parsed at a time: some milliseconds, and what is not kept dies young. */
const PIECE = 1 << 18;

const PLAIN = { delimiter: ",", skipEmptyLines: false } as const;

/** Rows as papaparse gives them, checked against the header, which is the first. */
class CsvTable {
  private line = 1;
  private cells = 0;
  private onValues: OnRow | null = null;
  private readonly faults: Faults;

  constructor(
    file: string,
    private readonly columns: CsvColumns,
    private readonly reader: (header: readonly string[]) => OnRow,
  ) {
    this.faults = new Faults(file);
  }

  addText(text: string): void {
    const chunk = ({ data, errors }: Papa.ParseResult<string[]>): void => this.add(data, errors);
    const config = { ...PLAIN, chunkSize: PIECE, chunk };
    Papa.parse<string[]>(text, config);
  }

  add(data: readonly string[][], errors: readonly Papa.ParseError[]): void {
    const faultOf = errors.length === 0 ? null : new Map(errors.map((error) => [error.row ?? 0, error.message]));
    for (let at = 0; at < data.length; at++) {
      const values = data[at] as string[];
      const first = this.line;
      this.line += 1;
      for (const value of values) if (value.includes("\n")) this.line += value.split("\n").length - 1;
      const fault = faultOf?.get(at);
      if (fault !== undefined) this.faults.add(first, fault);
      if (this.onValues === null) this.onValues = this.start(values);
      else if (values.length === 1 && (values[0] as string).trim() === "") continue;
      else if (values.length === this.cells) this.onValues(values, first);
      else this.faults.add(first, `${values.length} cells where the header has ${this.cells}`);
    }
  }

  end(): void {
    this.onValues ??= this.start([]);
    this.faults.throwIfAny();
  }

  private start(values: readonly string[]): OnRow {
    const header = values.map((name) => name.replace(/^\uFEFF/, "").trim());
    for (const name of this.columns.required) {
      if (!header.includes(name)) this.faults.add(1, `no column "${name}" in the header "${header.join(",")}"`);
    }
    this.faults.throwIfAny();
    this.cells = header.length;
    return this.reader(header);
  }
}

/** Picks the columns asked for out of each row. */
function picking({ required, optional = [] }: CsvColumns, onRow: OnRow): (header: readonly string[]) => OnRow {
  return (header) => {
    const places = [...required, ...optional].map((name) => header.indexOf(name));
    const cells = places.map(() => "");
    return (values, line) => {
      for (let i = 0; i < places.length; i++) {
        const place = places[i] as number;
        cells[i] = place < 0 ? "" : (values[place] as string).trim();
      }
      onRow(cells, line);
    };
  };
}
