/**
 * Notebook files in their normalised form: what Jupyter itself would write (keys in order, one blank of indent, texts as
 * lists of lines), but without execution counts, timings and whatever else changes from run to run.
 * Source of the format: nbformat 4.5.
 */
import { messageOf, UserError } from "../errors.js";
import type { Fields } from "./kernel/message.js";

/** One output of a code cell, with texts whole, without display id and execution count. */
export type Output =
  | { readonly output_type: "stream"; readonly name: string; readonly text: string }
  | { readonly output_type: "display_data" | "execute_result"; readonly data: Fields; readonly metadata: Fields }
  | {
      readonly output_type: "error";
      readonly ename: string;
      readonly evalue: string;
      readonly traceback: readonly string[];
    };

/** A cell; only code cells have outputs. */
export interface Cell {
  readonly type: "code" | "markdown" | "raw";
  readonly id: string;
  readonly source: string;
  /** Without timings; `tags` among it. */
  readonly metadata: Fields;
  readonly attachments?: Fields;
  readonly outputs: readonly Output[];
}

/** A notebook. Its metadata is fixed: TypeScript, run by tslab. */
export interface Notebook {
  readonly cells: readonly Cell[];
}

const METADATA = {
  kernelspec: { display_name: "TypeScript", language: "typescript", name: "tslab" },
  language_info: {
    codemirror_mode: { mode: "typescript", name: "javascript", typescript: true },
    file_extension: ".ts",
    mimetype: "text/typescript",
    name: "typescript",
    version: "3.7.2",
  },
};

/** A line of an error's stack that is inside Node or the kernel: it tells about the machine, not about the cell. */
const INNER_FRAME = /^ +at .*(?:\bnode:|[\\/]tslab[\\/]dist[\\/]).*\n/gm;

/** Cell metadata that tools write at every run. */
const CHANGING = new Set(["execution", "ExecuteTime", "collapsed", "scrolled", "vscode"]);

/** Reads a notebook file's text. Throws a UserError that names the file where it is no notebook for tslab. */
export function parseNotebook(text: string, file: string): Notebook {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw new UserError(`${file} is not a notebook: it is not JSON (${messageOf(error)})`);
  }
  const { cells, nbformat, metadata } = fieldsOf(parsed);
  if (nbformat !== 4 || !Array.isArray(cells)) {
    throw new UserError(`${file} is not a notebook of format 4; save it with a current Jupyter`);
  }
  const kernel = fieldsOf(fieldsOf(metadata).kernelspec).name ?? "tslab";
  if (kernel !== "tslab") throw new UserError(`${file} is for the kernel "${String(kernel)}"; only tslab is run here`);
  return { cells: cells.map((cell, index) => parseCell(fieldsOf(cell), index, file)) };
}

function parseCell(cell: Fields, index: number, file: string): Cell {
  const { cell_type: type } = cell;
  if (type !== "code" && type !== "markdown" && type !== "raw") {
    throw new UserError(`${file}: cell ${index + 1} is of the unknown type "${String(type)}"`);
  }
  const kept = Object.entries(fieldsOf(cell.metadata)).filter(([name]) => !CHANGING.has(name));
  return {
    type,
    id: typeof cell.id === "string" ? cell.id : `cell-${index + 1}`,
    source: whole(cell.source),
    metadata: Object.fromEntries(kept),
    ...(cell.attachments === undefined ? {} : { attachments: fieldsOf(cell.attachments) }),
    outputs: joinStreams(
      Array.isArray(cell.outputs) ? cell.outputs.flatMap((output) => parseOutput(fieldsOf(output))) : [],
    ),
  };
}

/** An output from a file or a kernel's message; none where its kind is not shown. */
export function parseOutput(output: Fields): Output[] {
  switch (output.output_type) {
    case "stream":
      return [{ output_type: "stream", name: String(output.name), text: whole(output.text).replace(INNER_FRAME, "") }];
    case "display_data":
    case "execute_result": {
      const entries = Object.entries(fieldsOf(output.data));
      const data = Object.fromEntries(entries.map(([mime, value]) => [mime, isJsonMime(mime) ? value : whole(value)]));
      return [{ output_type: output.output_type, data, metadata: fieldsOf(output.metadata) }];
    }
    case "error": {
      const traceback = Array.isArray(output.traceback) ? output.traceback.map(String) : [];
      return [{ output_type: "error", ename: String(output.ename), evalue: String(output.evalue), traceback }];
    }
    default:
      return [];
  }
}

/** Neighbouring pieces of the same stream become one: how they were cut is chance. */
export function joinStreams(outputs: readonly Output[]): Output[] {
  const joined: Output[] = [];
  for (const output of outputs) {
    const previous = joined.at(-1);
    if (output.output_type === "stream" && previous?.output_type === "stream" && previous.name === output.name) {
      joined[joined.length - 1] = { ...previous, text: previous.text + output.text };
    } else {
      joined.push(output);
    }
  }
  return joined;
}

/** A notebook file's text. */
export function formatNotebook({ cells }: Notebook): string {
  const document = { cells: cells.map(formatCell), metadata: METADATA, nbformat: 4, nbformat_minor: 5 };
  return `${JSON.stringify(sorted(document), null, 1)}\n`;
}

function formatCell({ type, id, source, metadata, attachments, outputs }: Cell): Fields {
  return {
    cell_type: type,
    id,
    metadata,
    ...(attachments === undefined ? {} : { attachments }),
    source: lines(source),
    ...(type === "code" ? { execution_count: null, outputs: outputs.map(formatOutput) } : {}),
  };
}

function formatOutput(output: Output): Fields {
  if (output.output_type === "stream") return { ...output, text: lines(output.text) };
  if (output.output_type === "error") return { ...output };
  const entries = Object.entries(output.data);
  const data = Object.fromEntries(
    entries.map(([mime, value]) => [mime, typeof value === "string" ? lines(value) : value]),
  );
  return { ...output, data, ...(output.output_type === "execute_result" ? { execution_count: null } : {}) };
}

/** Lines, each with its line feed. */
function lines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** A text that may be stored as a list of lines. */
function whole(value: unknown): string {
  return Array.isArray(value) ? value.map(String).join("") : String(value ?? "");
}

function isJsonMime(mime: string): boolean {
  return mime === "application/json" || (mime.startsWith("application/") && mime.endsWith("+json"));
}

/** The fields of a JSON object; none where it is none. */
function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, field]) => [name, sorted(field)]));
}
