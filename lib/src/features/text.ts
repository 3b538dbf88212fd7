/**
 * What a frozen text tower makes of class prompts, computed once and kept on disk: 400 prompts cost as much as the frames of
 * dozens of videos, and every run of a table has the same ones.
 */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { type Compiled, compile } from "../engine/compile/compile.js";
import type { Value } from "../engine/compile/tree.js";
import { compiles, startEngine } from "../engine/index.js";
import { UserError } from "../errors.js";
import type { TextBatch } from "../models/clip.js";
import { fusesInside, type RecognizerConfig, type TextTokens, textTokens } from "../models/recognizer.js";
import { type Params, type Tensor, tf, tidy } from "../nn/array.js";
import { toHost } from "../weights/load.js";
import { readSafetensors, writeSafetensors } from "../weights/safetensors.js";
import type { HostTensor } from "../weights/tensors.js";
import { cacheFolder } from "./cache.js";
import { backbonePrompts } from "./prompts.js";

/** Values in the place of a TextTokens' tensors. */
export type TextValues = Readonly<Record<string, Value>>;

/** A frozen text side, and what identifies it. */
export interface TextSide {
  readonly config: RecognizerConfig;
  readonly params: Params;
  /** Of everything that decides the text tower's parameters; "" keeps nothing on disk. */
  readonly hash: string;
}

/** Prompts that pass the tower together. */
const CHUNK = 64;

/**
 * The text side of the classes' prompts: pooled tokens [K, W], or, where the fusion sits inside the text tower, what the
 * tower starts from. Pooled tokens come from the cache where they are.
 */
export async function textValues(side: TextSide, classes: readonly string[], template: string): Promise<TextValues> {
  const batch = await backbonePrompts(side.config.backbone, classes, template);
  try {
    if (fusesInside(side.config)) return await encode(side, batch);
    const file = side.hash === "" ? null : await cacheFile(side, classes, template);
    const cached = file && (await readCached(file));
    if (cached) return { pooled: cached };
    const pooled = await pooledInChunks(side, batch);
    if (file) await writeCached(file, pooled);
    return { pooled };
  } finally {
    tf.dispose([batch.ids, batch.pool]);
  }
}

/** The text side as tensors; owned by the caller. */
export async function frozenTexts(side: TextSide, classes: readonly string[], template: string): Promise<TextTokens> {
  const values = await textValues(side, classes, template);
  const named = Object.entries(values).map(([name, { data, shape }]) => [name, tf.tensor(data, [...shape])]);
  return Object.fromEntries(named) as TextTokens;
}

/** Frees what `frozenTexts` made. */
export function disposeTexts(texts: TextTokens): void {
  tf.dispose(Object.values(texts) as Tensor[]);
}

/** Chunks of one length, each through the tower on its own. */
async function pooledInChunks(side: TextSide, { ids, pool }: TextBatch): Promise<Value> {
  const [count] = ids.shape as [number, number];
  const parts: Float32Array[] = [];
  let width = 0;
  for (let from = 0; from < count; from += CHUNK) {
    const size = Math.min(CHUNK, count - from);
    const part = { ids: tf.slice(ids, [from, 0], [size, -1]), pool: tf.slice(pool, [from, 0, 0], [size, -1, -1]) };
    const { pooled } = await encode(side, part);
    tf.dispose([part.ids, part.pool]);
    parts.push(pooled!.data as Float32Array);
    width = pooled!.shape[1]!;
  }
  const data = new Float32Array(count * width);
  for (const [at, part] of parts.entries()) data.set(part, at * CHUNK * width);
  return { data, shape: [count, width] };
}

type SideProgram = Promise<Compiled<{ ids: Tensor; pool: Tensor }, Record<string, Tensor>>>;

/** Compiled text towers, one a side. */
const programs = new WeakMap<Params, Map<boolean, SideProgram>>();

async function encode(side: TextSide, { ids, pool }: TextBatch): Promise<TextValues> {
  const { config, params } = side;
  const run = (text: TextBatch): Record<string, Tensor> => ({ ...textTokens(params, config, text) });
  if (!compiles()) {
    const tokens = tidy(() => Object.fromEntries(Object.entries(run({ ids, pool })).map(([k, v]) => [k, v.clone()])));
    const values: Record<string, Value> = {};
    for (const [name, tensor] of Object.entries(tokens)) values[name] = await toHost(tensor);
    tf.dispose(tokens);
    return values;
  }
  const own = programs.get(params) ?? new Map<boolean, SideProgram>();
  programs.set(params, own);
  const inside = fusesInside(config);
  const program = own.get(inside) ?? compile(run, { ids, pool });
  own.set(inside, program);
  return (await program).run({ ids, pool });
}

async function cacheFile(side: TextSide, classes: readonly string[], template: string): Promise<string> {
  const { backend } = await startEngine();
  const { family, config } = side.config.backbone;
  const key = [1, side.hash, family, JSON.stringify(config), template, JSON.stringify(classes), backend];
  const name = createHash("sha256").update(key.join("\n")).digest("hex").slice(0, 32);
  return path.join(cacheFolder(), "texts", `${name}.safetensors`);
}

/** The pooled tokens in a cache file; null where there are none. A damaged file is removed. */
async function readCached(file: string): Promise<Value | null> {
  if (!existsSync(file)) return null;
  try {
    return (await readSafetensors(file)).get("pooled") ?? null;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    await rm(file, { force: true });
    return null;
  }
}

async function writeCached(file: string, pooled: Value): Promise<void> {
  mkdirSync(path.dirname(file), { recursive: true });
  const host: HostTensor = { dtype: "F32", shape: [...pooled.shape], data: pooled.data };
  await writeSafetensors(file, new Map([["pooled", host]]));
}
