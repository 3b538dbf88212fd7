/** The door for a stored record: complete, and about the run that its file's name promises. */
import { z } from "zod";
import { UserError } from "../errors.js";
import { checked } from "./checked.js";
import { runId, shortId } from "./id.js";
import { runSpecSchema } from "./parse-spec.js";
import type { RunRecord } from "./record.js";

const percent = z.number().min(0).max(100);
const label = z.int().nonnegative();

const schema: z.ZodType<RunRecord> = z.object({
  id: z.string().regex(/^[0-9a-f]{64}$/),
  spec: runSpecSchema,
  epochs: z.array(z.object({ epoch: z.number(), loss: z.number(), lr: z.number() })),
  final: z.object({ top1: percent, top5: percent, perClass: z.array(percent.nullable()), n: z.int().nonnegative() }),
  predictions: z.array(z.tuple([z.string(), label, z.array(label)])),
  skipped: z.array(z.object({ path: z.string(), reason: z.string(), replacedBy: z.string().exactOptional() })),
  parameters: z.object({ total: z.number(), trained: z.number(), fusion: z.number() }),
  gigaMacs: z.number().exactOptional(),
  seconds: z.object({ features: z.number(), train: z.number(), evaluate: z.number() }),
  datasetKind: z.enum(["generated", "real", "user"]),
  hashes: z.object({ weights: z.string(), manifest: z.string() }),
  package: z.string(),
  backend: z.string(),
  device: z.string(),
  node: z.string(),
  peakRssMb: z.number(),
  finished: z.string(),
});

/**
 * Reads the text of a record file.
 *
 * @param id what the file's name says
 * @throws UserError naming `file` where it is no JSON, lacks a field, or holds another run
 */
export function parseRecord(text: string, id: string, file: string): RunRecord {
  const record = checked(schema, parsed(text, file), damaged(file));
  const actual = runId(record.spec);
  if (record.id !== id || actual !== id) {
    throw new UserError(`${damaged(file)}: its spec has the id ${shortId(actual)}, its name says ${shortId(id)}`);
  }
  return record;
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UserError(`${damaged(file)}: it is not JSON`);
  }
}

function damaged(file: string): string {
  return `the record ${file} is damaged (delete it and run again to make it anew)`;
}
