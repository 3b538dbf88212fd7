import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { UserError } from "vghif/dist/errors.js";
import { fetchCheckpoint, listCheckpoints } from "vghif/dist/weights/fetch.js";
import { OFFICIAL } from "vghif/dist/weights/official.js";
import { findOfficial, weightsFile } from "vghif/dist/weights/registry.js";
import { COMMITTED } from "./pytorch.js";
import { serve } from "./server.js";

const QUICK = { pause: 1, attempts: 2 };

async function refused(work: Promise<unknown>, message: RegExp): Promise<void> {
  await assert.rejects(work, (error: Error) => error instanceof UserError && message.test(error.message));
}

describe("official checkpoints", () => {
  const own = mkdtempSync(path.join(tmpdir(), "vghif official "));
  process.env.VGHIF_WEIGHTS = own;
  after(() => {
    delete process.env.VGHIF_WEIGHTS;
    rmSync(own, { recursive: true });
  });

  it("have names of their own, a source and a licence; OpenAI's addresses hold their checksum", () => {
    assert.equal(new Set(OFFICIAL.map(({ name }) => name)).size, OFFICIAL.length);
    for (const { source, licence, url, sha256 } of OFFICIAL) {
      assert.match(source, /^https:\/\/github\.com\//);
      assert.ok(licence.length > 0);
      if (url) assert.match(url, /^https:/);
      if (sha256) assert.ok(/^[0-9a-f]{64}$/.test(sha256) && url?.includes(sha256));
    }
  });

  it("are fetched from another address, opened, listed and found by name", async (t) => {
    const server = await serve(readFileSync(path.join(COMMITTED, "tiny.pt")));
    t.after(() => server.close());
    const { file, verified, inspection } = await fetchCheckpoint("xclip-zero-shot", { ...QUICK, from: server.url });
    assert.equal(file, path.join(own, "xclip-zero-shot.pth"));
    assert.deepEqual([verified, inspection.format], [false, "PyTorch zip"]);
    assert.equal(weightsFile("xclip-zero-shot"), file);
    assert.deepEqual(
      listCheckpoints()
        .filter(({ here }) => here)
        .map(({ name }) => name),
      ["xclip-zero-shot"],
    );
    await fetchCheckpoint("xclip-zero-shot", QUICK);
    assert.equal(server.requests.length, 1);
  });

  it("are refused where they are not the published ones, and stay out of the folder", async (t) => {
    const server = await serve(readFileSync(path.join(COMMITTED, "tiny.pt")));
    t.after(() => server.close());
    await refused(fetchCheckpoint("clip-vit-b-32", { ...QUICK, from: server.url }), /arrived with SHA-256/);
    assert.equal(findOfficial("clip-vit-b-32"), null);
    writeFileSync(path.join(own, "clip-vit-b-32.pt"), "something else");
    await refused(fetchCheckpoint("clip-vit-b-32", QUICK), /has SHA-256 .* expected .* remove it/);
    rmSync(path.join(own, "clip-vit-b-32.pt"));
  });

  it("say what to do where they cannot be fetched or are not here", async () => {
    await refused(
      fetchCheckpoint("vificlip-k400-16", QUICK),
      /no direct address: download it from https:\/\/github\.com\/muzair/,
    );
    await refused(fetchCheckpoint("nothing", QUICK), /no official checkpoint is called "nothing"/);
    assert.throws(() => weightsFile("clip-vit-b-16"), /are not here: vghif weights fetch clip-vit-b-16, or put it at/);
    assert.throws(() => weightsFile("vificlip-k400-16"), /are not here: download it from/);
    assert.throws(() => weightsFile("no-such-file.pt"), /not found: give a checkpoint file/);
  });
});
