/** The report's last section: every run, its spec and its circumstances. */
import { runLabel } from "../execute.js";
import { percent } from "../format.js";
import { escapeHtml } from "../frame-text.js";
import { shortId } from "../id.js";
import type { RunRecord } from "../record.js";

export function runsSection(records: readonly RunRecord[]): string {
  if (records.length === 0) return `<section><h2>Runs</h2><p>No run has a record yet.</p></section>`;
  return `<section><h2>Runs</h2>
<p>${escapeHtml(summary(records))}</p>
<details><summary>All ${records.length} runs, each with its full spec</summary>
<ul class="runs">${records.map(run).join("\n")}</ul>
</details></section>`;
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

function run({ id, spec, final, skipped, parameters, seconds, hashes, finished, backend, device }: RunRecord): string {
  const facts = {
    id,
    spec,
    top1: final.top1,
    top5: final.top5,
    videos: final.n,
    unreadable: skipped,
    parameters,
    seconds,
    hashes,
    backend,
    device,
    finished,
  };
  const title = `${shortId(id)} · ${runLabel(spec)} · top-1 ${percent(final.top1)} %`;
  return `<li><details><summary>${escapeHtml(title)}</summary><pre>${escapeHtml(JSON.stringify(facts, null, 1))}</pre></details></li>`;
}
