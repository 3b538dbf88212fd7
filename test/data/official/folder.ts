/** Folders of small hand-made lists, and what importing them gives. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { importOfficial } from "vghif/dist/data/official/import.js";
import type { OfficialImport, OfficialName } from "vghif/dist/data/official/types.js";
import { UserError } from "vghif/dist/errors.js";

export type Files = Readonly<Record<string, string>>;

/** A fresh folder with a space in its path that holds the files, by their paths in it. */
export function folderOf(files: Files): string {
  const folder = mkdtempSync(path.join(tmpdir(), "vghif lists "));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
  return folder;
}

export function imported(name: OfficialName, files: Files): Promise<OfficialImport> {
  return importOfficial(name, folderOf(files));
}

/** Importing throws one line that matches. */
export async function refused(name: OfficialName, files: Files, message: RegExp): Promise<void> {
  await assert.rejects(imported(name, files), (error: unknown) => {
    assert.ok(error instanceof UserError, String(error));
    assert.match(error.message, message);
    assert.ok(!error.message.includes("\n"), "one line");
    return true;
  });
}

/** The paths of a split or few-shot list of an imported dataset, with their labels. */
export function rowsOf({ datasets }: OfficialImport, dataset: string, list: string): readonly string[] | undefined {
  const found = datasets.find(({ name }) => name === dataset);
  assert.ok(found, `${dataset} was imported`);
  const samples = found.fewShot?.[list] ?? found.splits[list as "train"];
  return samples?.map(({ path: video, label }) => `${video} ${label}`);
}
