/** What the user of a dataset of their own should know before trusting a number. */
import { UserError } from "../errors.js";
import { loadTokenizer } from "../text/load-tokenizer.js";
import { CONTEXT_LENGTH } from "../text/tokenizer.js";
import type { OwnScan, OwnVideo } from "./own-scan.js";
import type { SplitName } from "./types.js";

/** Videos of a class by split. */
export type OwnCount = Readonly<Record<SplitName, number>> & { readonly className: string };

/** Names or files in one sentence; more are counted. */
const NAMED = 5;

/**
 * Warns of class names that CLIP reads alike, such as "Run" and "run": capitals do not count. @throws UserError for a name that is
 * too long for CLIP's text encoder
 */
export async function checkClassNames(classes: readonly string[]): Promise<readonly string[]> {
  const tokenizer = await loadTokenizer();
  const read = new Map<string, string[]>();
  for (const name of classes) {
    const ids = tokenizer.encode(name);
    if (ids.length > CONTEXT_LENGTH - 2) {
      throw new UserError(
        `the class name "${name.slice(0, 40)}..." has ${ids.length} tokens, CLIP's text encoder takes ` +
          `${CONTEXT_LENGTH - 2}: rename its folder, or give it a shorter name in labels.csv`,
      );
    }
    const key = ids.join(" ");
    read.set(key, [...(read.get(key) ?? []), name]);
  }
  return [...read.values()]
    .filter((names) => names.length > 1)
    .map((names) => `CLIP reads ${quoted(names)} alike, so no model can tell them apart by name: are they one class?`);
}

/** Warnings about splits, groups, copies and what was left out. */
export function warningsOf(counts: readonly OwnCount[], scan: OwnScan): readonly string[] {
  return [...splitWarnings(counts), ...groupWarnings(scan), ...skippedWarnings(scan)];
}

function splitWarnings(counts: readonly OwnCount[]): readonly string[] {
  const warnings: string[] = [];
  const without = (split: SplitName): string[] =>
    counts.filter((count) => count[split] === 0).map(({ className }) => className);
  const [untested, untrained] = [without("test"), without("train")];
  if (untested.length === counts.length) {
    const why = "no test video at all, so there is nothing to measure: every class is one video or one group, or the";
    warnings.push(`${why} splits given have none; add videos, or give smaller groups`);
  } else if (untested.length > 0) {
    warnings.push(`no test video of ${quoted(untested)}: one video or one group only; its accuracy cannot be measured`);
  }
  if (untrained.length > 0) warnings.push(`no training video of ${quoted(untrained)}: only zero-shot runs work`);
  const least = Math.min(...counts.map(({ train }) => train));
  if (least > 0 && least < 16) {
    const at = counts.filter(({ train }) => train === least).map(({ className }) => className);
    const shots = `${least} shot${least === 1 ? "" : "s"}`;
    warnings.push(`few-shot runs work up to ${shots}: ${quoted(at)} ${at.length === 1 ? "has" : "have"} no more`);
  }
  return warnings;
}

function groupWarnings({ videos, copies, forms, otherLists }: OwnScan): readonly string[] {
  const warnings: string[] = [];
  const groups = new Map<string, OwnVideo[]>();
  for (const video of videos) {
    if (video.group !== null) groups.set(video.group, [...(groups.get(video.group) ?? []), video]);
  }
  for (const [group, members] of groups) {
    const classes = new Set(members.map(({ className }) => className)).size;
    if (classes < 3) continue;
    warnings.push(
      `group "${group}" holds ${members.length} videos of ${classes} classes, which stay in one split: is it one ` +
        "recording? If not, give each class's groups names of their own",
    );
  }
  if (copies > 0)
    warnings.push(`${copies} videos are copies of others, byte for byte: each is in the split of its like`);
  if (forms > 0) warnings.push(`${forms} clips are there in several file formats: each stays in one split`);
  for (const list of otherLists) warnings.push(`${list} is not read: only the labels.csv at the top of the folder is`);
  return warnings;
}

function skippedWarnings({ skipped }: OwnScan): readonly string[] {
  const reasons = new Map<string, string[]>();
  for (const { path: file, reason } of skipped) reasons.set(reason, [...(reasons.get(reason) ?? []), file]);
  return [...reasons].map(([reason, files]) => `${files.length} skipped, ${reason}: ${listed(files)}`);
}

function quoted(names: readonly string[]): string {
  return listed(names.map((name) => `"${name}"`));
}

function listed(texts: readonly string[]): string {
  const more = texts.length > NAMED ? `, ... (${texts.length - NAMED} more)` : "";
  return `${texts.slice(0, NAMED).join(", ")}${more}`;
}
