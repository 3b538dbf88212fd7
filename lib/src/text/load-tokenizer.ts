/** Reads CLIP's vocabulary from the package's files. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { messageOf, UserError } from "../errors.js";
import type { HtmlEntities } from "./repair/html.js";
import { createTokenizer, type Tokenizer } from "./tokenizer.js";

const ASSETS = path.join(__dirname, "..", "..", "assets");
const VOCABULARY = path.join(ASSETS, "clip-bpe", "bpe_simple_vocab_16e6.txt.gz");
const VOCABULARY_SHA256 = "924691ac288e54409236115652ad4aa250f48203de50a9e4722a6ecd48d6804a";
const ENTITIES = path.join(ASSETS, "html-entities", "entities.json");
/** The first line is a heading; the merges behind this many were never used. */
const MERGES = 49_152 - 256 - 2;

let loaded: Promise<Tokenizer> | undefined;

/** CLIP's tokenizer, made once. Throws a UserError where its vocabulary is missing or damaged. */
export function loadTokenizer(): Promise<Tokenizer> {
  loaded ??= load().catch((error: unknown) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

async function load(): Promise<Tokenizer> {
  const [merges, entities] = await Promise.all([readMerges(VOCABULARY), readAsset(ENTITIES)]);
  return createTokenizer({ merges, htmlEntities: JSON.parse(entities.toString("utf8")) as HtmlEntities });
}

/** The merges of a vocabulary file. Throws a UserError where the file is not CLIP's. */
export async function readMerges(file: string): Promise<readonly string[]> {
  const bytes = await readAsset(file);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  if (sha256 !== VOCABULARY_SHA256) {
    throw new UserError(
      `vocabulary ${file} is damaged: its SHA-256 is ${sha256}, expected ${VOCABULARY_SHA256}; restore the file`,
    );
  }
  const text = (await promisify(gunzip)(bytes)).toString("utf8");
  return text.split("\n").slice(1, 1 + MERGES);
}

async function readAsset(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new UserError(`cannot read ${file} (${messageOf(error)}); reinstall the package`);
  }
}
