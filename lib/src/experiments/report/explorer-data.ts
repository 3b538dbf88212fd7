/** What the records say about every choice of VgHIF's options, for the report's explorer (assets/report/explorer.js). */
import { FAMILIES } from "../../models/families.js";
import { fusedLevels } from "../../models/vghif.js";
import { VGHIF_DEFAULTS, type VghifConfig } from "../../models/vghif-config.js";
import { VISION_LAYERS } from "../ablation.js";
import { type BootstrapDifference, bootstrapDifference } from "../bootstrap.js";
import { canonicalJson, runId } from "../id.js";
import { pairRuns } from "../paired-runs.js";
import type { RunRecord } from "../record.js";
import type { RunSpec, Scale } from "../spec.js";
import { type Summary, summarise } from "../statistics.js";
import { type Table, tableSpecs } from "../table.js";
import { type CellVerdict, judgeCell } from "../verdict.js";
import { type ExplorerOption, explorerOptions } from "./explorer-options.js";
import { Distinct } from "./run-data.js";

export interface ExplorerCell {
  /** Top-1, percent. */
  readonly summary: Summary;
  readonly seeds: readonly number[];
  /** Places of the runs in the page's list. */
  readonly runs: readonly number[];
  /** Parameters of the fusion, and of the whole model. */
  readonly fusion: number;
  readonly total: number;
  /** Training and evaluation of a run, mean over seeds. */
  readonly seconds: number;
}

export interface ExplorerVariant {
  /** Place of its config in the data's list. */
  readonly config: number;
  /** Tables that declare it; empty for one that was run by its spec. */
  readonly tables: readonly string[];
  /** null: not run. */
  readonly cell: ExplorerCell | null;
  /** To the baseline, over the seeds that both have, not corrected for the other choices; null for none. */
  readonly difference: (BootstrapDifference & { readonly verdict: CellVerdict }) | null;
}

/** All that two runs share whose difference is the fusion. */
export type SharedSpec = Omit<RunSpec, "seed" | "vghif">;

export interface ExplorerSetting {
  readonly label: string;
  readonly dataset: string;
  readonly model: string;
  readonly spec: SharedSpec;
  readonly seeds: readonly number[];
  readonly baseline: ExplorerCell | null;
  readonly variants: readonly ExplorerVariant[];
}

export interface ExplorerData {
  readonly options: readonly ExplorerOption[];
  /** Levels are spelt out. */
  readonly configs: readonly VghifConfig[];
  readonly defaults: VghifConfig;
  /** Those with most variants first. */
  readonly settings: readonly ExplorerSetting[];
}

/**
 * Sorts declared runs and records by setting and config.
 *
 * @param records in the page's order; those of other scales are left out
 */
export function explorerData(tables: readonly Table[], scale: Scale, records: readonly RunRecord[]): ExplorerData {
  const spelt = (config: VghifConfig): VghifConfig => ({
    ...config,
    levels: config.levels ?? fusedLevels(config, VISION_LAYERS[scale]),
  });
  const defaults = spelt(VGHIF_DEFAULTS);
  const configs = new Distinct<VghifConfig>();
  configs.place(defaults);
  const places = new Map(records.map(({ id }, place) => [id, place]));
  const settings = new Map<string, Setting>();
  const add = (spec: RunSpec, table: string | null): void => {
    const { seed, vghif, ...shared } = spec;
    const key = canonicalJson(shared);
    const setting = settings.get(key) ?? new Setting(shared);
    settings.set(key, setting);
    const place = places.get(runId(spec));
    setting.add(vghif === null ? null : configs.place(spelt(vghif)), seed, table, place);
  };
  for (const table of tables) for (const spec of tableSpecs(table, scale)) add(spec, table.id);
  for (const { spec } of records) if (spec.scale === scale) add(spec, null);
  const compared = [...settings.values()].filter((setting) => setting.variants.size > 0);
  const blocks = Math.max(VISION_LAYERS[scale], ...configs.values.flatMap(({ levels }) => levels ?? []));
  const made = compared.map((setting) => setting.read(records)).sort((a, b) => b.variants.length - a.variants.length);
  return {
    options: explorerOptions(blocks, configs.values),
    configs: configs.values,
    defaults,
    settings: made.map((setting) => ({ ...setting, label: labelOf(setting.spec, made) })),
  };
}

/** Runs of one choice, by seed. */
interface Runs {
  readonly tables: Set<string>;
  readonly bySeed: Map<number, number>;
}

class Setting {
  readonly variants = new Map<number, Runs>();
  private readonly baseline: Runs = { tables: new Set(), bySeed: new Map() };
  private readonly seeds = new Set<number>();

  constructor(readonly spec: SharedSpec) {}

  add(config: number | null, seed: number, table: string | null, place: number | undefined): void {
    const runs =
      config === null ? this.baseline : (this.variants.get(config) ?? { tables: new Set(), bySeed: new Map() });
    if (config !== null) this.variants.set(config, runs);
    if (table !== null) runs.tables.add(table);
    if (place !== undefined) runs.bySeed.set(seed, place);
    this.seeds.add(seed);
  }

  read(records: readonly RunRecord[]): Omit<ExplorerSetting, "label"> {
    const { dataset, model } = this.spec;
    const variants = [...this.variants].map(([config, runs]) => ({
      config,
      tables: [...runs.tables],
      cell: cellOf(runs, records),
      difference: differenceOf(this.baseline, runs, records),
    }));
    const seeds = [...this.seeds].sort((a, b) => a - b);
    return { dataset, model, spec: this.spec, seeds, baseline: cellOf(this.baseline, records), variants };
  }
}

function cellOf({ bySeed }: Runs, records: readonly RunRecord[]): ExplorerCell | null {
  const seeds = [...bySeed.keys()].sort((a, b) => a - b);
  if (seeds.length === 0) return null;
  const runs = seeds.map((seed) => bySeed.get(seed)!);
  const found = runs.map((place) => records[place]!);
  const seconds = found.map(({ seconds: { train, evaluate } }) => train + evaluate);
  const { fusion, total } = found[0]!.parameters;
  return {
    summary: summarise(found.map(({ final }) => final.top1)),
    seeds,
    runs,
    fusion,
    total,
    seconds: summarise(seconds).mean,
  };
}

function differenceOf(baseline: Runs, treatment: Runs, records: readonly RunRecord[]): ExplorerVariant["difference"] {
  const found = ({ bySeed }: Runs): RunRecord[] => [...bySeed.values()].map((place) => records[place]!);
  const difference = bootstrapDifference([pairRuns("top1", found(baseline), found(treatment))]);
  return difference === null ? null : { ...difference, verdict: judgeCell(difference) };
}

/** "hmdb-like, K = 16, CLIP"; where several settings read the same, what differs of the first is said too. */
function labelOf(spec: SharedSpec, all: readonly { readonly spec: SharedSpec }[]): string {
  const short = ({ dataset, shots, model }: SharedSpec): string =>
    `${dataset}, ${shots === null ? "all training videos" : `K = ${shots}`}, ${FAMILIES[model].title}`;
  const namesake = all.find((other) => short(other.spec) === short(spec))!.spec;
  if (namesake === spec) return short(spec);
  const [own, first] = [flat(spec), flat(namesake)];
  const names = [...new Set([...own.keys(), ...first.keys()])].filter((name) => own.get(name) !== first.get(name));
  return `${short(spec)} (${names.map((name) => `${name} ${own.get(name) ?? "default"}`).join(", ")})`;
}

function flat(spec: SharedSpec): Map<string, string> {
  const fields = [...Object.entries(spec), ...Object.entries(spec.train ?? {})].filter(([name]) => name !== "train");
  return new Map(fields.map(([name, value]) => [name, canonicalJson(value)]));
}
