/** The report's last section: every run. The page's script makes the list from the embedded data when it is opened. */
import { escapeHtml } from "../frame-text.js";
import type { RunRecord } from "../record.js";
import { jsonScript } from "./document.js";
import { runData } from "./run-data.js";
import type { Section } from "./section.js";

export function runsSection(records: readonly RunRecord[]): Section {
  const html =
    records.length === 0
      ? "<p>No run has a record yet.</p>"
      : `<p>${escapeHtml(summary(records))}</p>
<details><summary>All ${records.length} runs, each with its full spec</summary><div id="all-runs"></div></details>`;
  return { id: "runs", short: "runs", title: "Runs", html: `${html}\n${jsonScript(runData(records), "run-data")}` };
}

/** What the runs have in common, and what they took. */
function summary(records: readonly RunRecord[]): string {
  const distinct = (of: (record: RunRecord) => string): string => [...new Set(records.map(of))].sort().join(", ");
  const seconds = records.reduce(
    (sum, { seconds: { features, train, evaluate } }) => sum + features + train + evaluate,
    0,
  );
  const peak = Math.max(...records.map(({ peakRssMb }) => peakRssMb));
  return [
    `Backend ${distinct(({ backend }) => backend)}`,
    `device ${distinct(({ device }) => device)}`,
    `Node ${distinct(({ node }) => node)}`,
    distinct((record) => record.package),
    `weights SHA-256 ${distinct(({ hashes }) => hashes.weights.slice(0, 12))}`,
    `${(seconds / 60).toFixed(1)} minutes of computing in all`,
    `at most ${peak} MB of memory a process`,
  ].join(" · ");
}
