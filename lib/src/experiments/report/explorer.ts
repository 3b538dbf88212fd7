/** The ablation explorer's section. The page's script makes the form from the embedded data. */
import type { RunRecord } from "../record.js";
import type { Scale } from "../spec.js";
import type { Table } from "../table.js";
import { jsonScript } from "./document.js";
import { explorerData } from "./explorer-data.js";
import type { Section } from "./section.js";

export function explorerSection(tables: readonly Table[], scale: Scale, records: readonly RunRecord[]): Section | null {
  const data = explorerData(tables, scale, records);
  if (data.settings.length === 0) return null;
  return {
    id: "explorer-section",
    short: "explorer",
    title: "Ablation explorer",
    html: `<p>Choose any options of VgHIF and see what the records say about them: accuracy against the baseline, parameters and
time. A choice that no record has comes with the command that runs it.</p>
<div id="explorer"><noscript><p>The explorer needs this page's script.</p></noscript></div>
${jsonScript(data, "explorer-data")}`,
  };
}
