/** The class texts of an exported file, computed once before it is written. */
import { compile } from "../engine/compile/compile.js";
import type { Value } from "../engine/compile/tree.js";
import { compiles } from "../engine/index.js";
import { backbonePrompts } from "../evaluate/prompts.js";
import type { Recognizer } from "../evaluate/recognizer.js";
import type { TextBatch } from "../models/clip.js";
import { type TextTokens, textTokens } from "../models/recognizer.js";
import { type Tensor, tf, tidy } from "../nn/array.js";
import { toHost } from "../weights/load.js";

/** Values in the place of a TextTokens' tensors. */
export type TextValues = Readonly<Record<string, Value>>;

/**
 * What the text side gives for the labels' prompts: pooled tokens [K, W], or, where the fusion sits inside the text tower,
 * what the tower starts from.
 */
export async function textValues(
  { config, params }: Recognizer,
  labels: readonly string[],
  template: string,
): Promise<TextValues> {
  const { ids, pool } = await backbonePrompts(config.backbone, labels, template);
  try {
    const side = (text: TextBatch): TextTokens => textTokens(params, config, text);
    return compiles() ? await compiled(side, { ids, pool }) : await eager(side, { ids, pool });
  } finally {
    tf.dispose([ids, pool]);
  }
}

async function compiled(side: (text: TextBatch) => TextTokens, text: TextBatch): Promise<TextValues> {
  type Inputs = { ids: Tensor; pool: Tensor };
  const program = await compile<Inputs, Record<string, Tensor>>((inputs) => ({ ...side(inputs) }), text);
  const values = await program.run(text);
  await program.release();
  return values;
}

async function eager(side: (text: TextBatch) => TextTokens, text: TextBatch): Promise<TextValues> {
  const tokens = tidy(() =>
    Object.fromEntries(Object.entries(side(text)).map(([name, value]) => [name, value.clone()])),
  );
  const values: Record<string, Value> = {};
  for (const [name, tensor] of Object.entries(tokens)) {
    const { data, shape } = await toHost(tensor);
    values[name] = { data, shape };
  }
  tf.dispose(tokens);
  return values;
}
