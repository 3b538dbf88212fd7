/** Checkpoints in a few lines of text, for the command line. */
import type { Fetched, Listed } from "./fetch.js";
import type { Inspection } from "./inspect.js";
import { TOKEN_TABLE } from "./model.js";
import { printable } from "./printable.js";

/** Names shown of a list. */
const SHOWN = 5;

/** Bytes as megabytes (10^6). */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

/** Is it every parameter of a known model, and nothing else? */
export function isWhole({ family, problem, missing, unused, misshapen }: Inspection): boolean {
  return family !== null && problem === null && missing.length + unused.length + misshapen.length === 0;
}

function some(names: readonly string[]): string {
  const rest = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : "";
  return `${names.slice(0, SHOWN).join(", ")}${rest}`;
}

/** An inspection: one fact a line; the tensors' own list is in the JSON. */
export function describeInspection(found: Inspection): string {
  const { family, size, config, dtypes, misshapen, missing, unused, dropped, ignored, problem } = found;
  const formats = Object.entries(dtypes).map(([dtype, count]) => `${count} ${dtype}`);
  const lines = [
    `file        ${found.file} (${megabytes(found.bytes)})`,
    `format      ${found.format}, ${found.names}'s names`,
    `model       ${family ? `${family}${size ? ` ${size}` : ", a size of its own"}` : "none that is known here"}`,
    ...(config
      ? [
          `sizes       ${Object.entries(config)
            .map(([key, value]) => `${key} ${typeof value === "object" ? JSON.stringify(value) : String(value)}`)
            .join(", ")}`,
        ]
      : []),
    `tensors     ${found.tensors.length} (${formats.join(", ")}), ${found.parameters.toLocaleString("en")} numbers`,
    ...(problem ? [`problem     ${problem}`] : []),
    ...(missing.length > 0 ? [`missing     ${missing.length}: ${some(missing)}`] : []),
    ...(unused.length > 0 ? [`unused      ${unused.length}: ${some(unused)}`] : []),
    ...misshapen
      .slice(0, SHOWN)
      .map(
        ({ name, found: has, expected, advice }) =>
          `misshapen   ${name} [${has}], expected [${expected}]${advice ? `: ${advice}` : ""}`,
      ),
    ...(found.names === "ViFi-CLIP" ? [`elsewhere   ${TOKEN_TABLE}: CLIP's, from clip-vit-b-16`] : []),
    ...(dropped.length > 0 ? [`left out    ${some(dropped)} (not parameters)`] : []),
    ...(ignored.length > 0 ? [`beside      ${some(ignored)} (not read)`] : []),
  ];
  if (family && !problem && missing.length + unused.length + misshapen.length === 0)
    lines.push("complete    nothing missing, nothing unused");
  return lines.map(printable).join("\n");
}

/** One official checkpoint, a line for the name and one for the facts. */
export function describeListed({ name, model, source, licence, bytes, sha256, url, here }: Listed): string {
  const size = bytes === null ? "size not published" : megabytes(bytes);
  const check = sha256 ? "SHA-256 published" : "no checksum published";
  const get = here ?? (url ? "not here: vghif weights fetch" : "not here: download by hand from its page");
  return `${name}  ${model}  (${size}; ${check}; licence: ${licence}; ${source})\n    ${get}`;
}

/** What a fetch brought. */
export function describeFetched({ file, sha256, verified, inspection }: Fetched): string {
  const check = verified ? "as published" : "none is published to compare with";
  return `${file}\nSHA-256 ${sha256} (${check})\n${describeInspection(inspection)}`;
}
