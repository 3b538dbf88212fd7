import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, it } from "node:test";
import { PROJECT_ROOT } from "../shared.js";

const folder = mkdtempSync(path.join(tmpdir(), "vghif weights cli "));
after(() => rmSync(folder, { recursive: true }));

function vghif(...args: string[]) {
  const bin = path.join(PROJECT_ROOT, "lib", "bin", "vghif.js");
  const env = { ...process.env, VGHIF_WEIGHTS: folder };
  return spawnSync(process.execPath, [bin, "weights", ...args], { encoding: "utf8", env });
}

describe("vghif weights", () => {
  const tiny = path.join(PROJECT_ROOT, "test", "fixtures", "weights", "tiny.pt");

  it("inspect: 0 for a whole model, 1 for anything else, one line for what it cannot open", () => {
    const whole = vghif("inspect", "smoke-clip", "--json");
    assert.equal(whole.status, 0, whole.stderr);
    const found = JSON.parse(whole.stdout) as { family: string; format: string; missing: string[] };
    assert.deepEqual([found.family, found.format, found.missing], ["CLIP", "safetensors", []]);
    const other = vghif("inspect", tiny);
    assert.equal(other.status, 1);
    assert.match(other.stdout, /format {6}PyTorch zip/);
    const hostile = vghif("inspect", path.join(path.dirname(tiny), "hostile-call.pt"));
    assert.equal(hostile.status, 1);
    assert.match(hostile.stderr, /^vghif: .*names "posix\.system".*\n$/);
  });

  it("convert: writes safetensors that inspect reads", () => {
    const out = path.join(folder, "out.safetensors");
    const converted = vghif("convert", tiny, out, "--half");
    assert.equal(converted.status, 0, converted.stderr);
    assert.match(converted.stdout, /out\.safetensors: 3 tensors/);
    const dtypes = (JSON.parse(vghif("inspect", out, "--json").stdout) as { dtypes: object }).dtypes;
    assert.deepEqual(dtypes, { F16: 3 });
  });

  it("list and fetch: what there is, and what to do about what cannot be fetched", () => {
    const listed = JSON.parse(vghif("list", "--json").stdout) as { name: string; here: string | null }[];
    assert.ok(listed.some(({ name, here }) => name === "clip-vit-b-16" && here === null));
    const manual = vghif("fetch", "vificlip-k400-16");
    assert.equal(manual.status, 1);
    assert.match(manual.stderr, /^vghif: vificlip-k400-16 has no direct address: download it from https:.*\n$/);
  });
});
