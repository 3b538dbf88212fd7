/** What `vghif data prepare` and `verify` print for people. */
import type { Verification } from "../data/manifest-verify.js";
import type { DatasetReport, PrepareReport } from "../data/prepare/report.js";

/** Lines of one kind that are shown; the rest is counted. */
const SHOWN = 10;

export function verificationLines(found: Verification): string[] {
  const { missing, empty, changed, broken, damaged, videos, root, frames } = found;
  const bad = [
    `${missing.length} missing`,
    `${empty.length} empty`,
    `${changed.length} changed`,
    `${broken.length} broken`,
    ...(frames === null ? [] : [`${damaged.length} damaged`]),
  ].join(", ");
  const decoded = frames === null ? "" : `; ${frames} frames decode`;
  return [
    ...missing.map((video) => `missing  ${shown(video)}`),
    ...empty.map((video) => `empty    ${shown(video)}`),
    ...changed.map((video) => `changed  ${shown(video)}`),
    ...broken.map(({ path, error }) => `broken   ${shown(path)}: ${error}`),
    ...damaged.map(({ path, error }) => `damaged  ${shown(path)}: ${error}`),
    `${found.name}: ${videos} videos in ${root}${found.indexed ? ", indexed" : ", not indexed"}; ${bad}${decoded}`,
    ...(missing.length > 0 && !found.indexed
      ? [`find them in another layout: vghif data prepare ${found.name} --root DIR`]
      : []),
  ];
}

export function preparedLines(report: PrepareReport): string[] {
  const { missing, extra, corrupt, damaged, duplicates, problems, kinds } = report;
  const layouts = [
    [kinds.file, "files"],
    [kinds.tar, "in tar archives"],
    [kinds.frames, "folders of frames"],
  ] as const;
  const where = layouts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return [
    ...report.notes.map((note) => `note       ${shown(note)}`),
    ...report.warnings.map((warning) => `warning    ${shown(warning)}`),
    ...some(
      "problem",
      problems.map(({ path, reason }) => `${shown(path)}: ${reason}`),
    ),
    ...some("missing", missing.map(shown)),
    ...some(
      "extra",
      extra.map(({ path, reason }) => `${shown(path)}: ${reason}`),
    ),
    ...some(
      "corrupt",
      corrupt.map(({ path, video, reason }) => `${shown(path)} (${shown(video)}): ${reason}`),
    ),
    ...some(
      "damaged",
      damaged.map(({ path, video, reason }) => `${shown(path)} (${shown(video)}): ${reason}`),
    ),
    ...some(
      "duplicate",
      duplicates.map(({ paths }) => paths.map(shown).join(" = ")),
    ),
    ...report.datasets.flatMap(datasetLines),
    `${report.found} of ${report.listed} listed videos found in ${report.root}${where.length > 0 ? ` (${where.join(", ")})` : ""}: ` +
      `${missing.length} missing, ${extra.length} extra, ${corrupt.length} corrupt, ${duplicates.length} duplicate`,
    `${report.probed} read, ${report.known} known and unchanged; ${report.seconds.toFixed(1)} s`,
  ];
}

function datasetLines({ name, splits, emptyClasses, leaks, conflicts, index }: DatasetReport): string[] {
  const counts = Object.entries(splits).map(([split, { listed, found }]) => `${split} ${found} of ${listed}`);
  return [
    ...some(
      "warning",
      leaks.map(
        ({ paths, splits: sides }) => `${name}: ${sides.join(" and ")} share a video: ${paths.map(shown).join(" = ")}`,
      ),
    ),
    ...some(
      "warning",
      conflicts.map(({ paths }) => `${name}: one video, different classes: ${paths.map(shown).join(" = ")}`),
    ),
    ...(emptyClasses.length === 0
      ? []
      : [`warning    ${name}: no video of ${emptyClasses.length} classes: ${few(emptyClasses)}`]),
    `${name}: ${counts.join(", ")}; ${index}`,
  ];
}

function some(kind: string, lines: readonly string[]): string[] {
  const first = lines.slice(0, SHOWN).map((line) => `${kind.padEnd(10)} ${line}`);
  return lines.length <= SHOWN
    ? first
    : [...first, `${kind.padEnd(10)} ... and ${lines.length - SHOWN} more (--json has all)`];
}

function few(names: readonly string[]): string {
  return names.length <= 5 ? names.join(", ") : `${names.slice(0, 5).join(", ")} ...`;
}

/** A name as it is, or quoted where it would break the line. */
function shown(name: string): string {
  return /\p{Cc}/u.test(name) ? JSON.stringify(name) : name;
}
