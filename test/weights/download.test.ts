import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, describe, it, type TestContext } from "node:test";
import { UserError } from "vghif/dist/errors.js";
import { type DownloadOptions, download } from "vghif/dist/weights/download.js";
import { type FileServer, type Served, serve } from "./server.js";

const folder = mkdtempSync(path.join(tmpdir(), "vghif download "));
after(() => rmSync(folder, { recursive: true }));

const BODY = Buffer.from(Uint8Array.from({ length: 300_007 }, (_, at) => (at * at) % 251));
const OTHER = Buffer.from(BODY.map((byte) => byte ^ 1));
const hashOf = (body: Buffer): string => createHash("sha256").update(body).digest("hex");
const QUICK: DownloadOptions = { pause: 1, attempts: 2 };

/** A server and a place to download to, gone after the test. */
async function setUp(t: TestContext, more: Partial<Served> = {}): Promise<FileServer & { target: string }> {
  const server = await serve(BODY, more);
  t.after(() => server.close());
  const target = path.join(mkdtempSync(path.join(folder, "to ")), "in", "weights.pt");
  return Object.assign(server, { target });
}

const filesOf = (target: string): string[] =>
  existsSync(path.dirname(target)) ? readdirSync(path.dirname(target)).sort() : [];

/** Is refused in one line that matches. */
async function refused(work: Promise<unknown>, message: RegExp): Promise<void> {
  await assert.rejects(work, (error: Error) => {
    assert.ok(error instanceof UserError, error.stack);
    assert.match(error.message, message);
    return true;
  });
}

describe("download", () => {
  it("brings a file whole, tells its hash and how far it is", async (t) => {
    const { url, target } = await setUp(t);
    let last: [number, number | null] = [0, 0];
    const hash = await download(url, target, { ...QUICK, sha256: hashOf(BODY), onProgress: (...now) => (last = now) });
    assert.equal(hash, hashOf(BODY));
    assert.deepEqual(readFileSync(target), BODY);
    assert.deepEqual(last, [BODY.length, BODY.length]);
    assert.deepEqual(filesOf(target), ["weights.pt"]);
  });

  it("goes on where cut connections stopped, as often as each brings something", async (t) => {
    const { url, target, requests } = await setUp(t, { cuts: [100_000, 70_000, 1, 50_000] });
    await download(url, target, { ...QUICK, attempts: 6 });
    assert.deepEqual(readFileSync(target), BODY);
    assert.equal(requests[0]?.range, undefined);
    assert.equal(requests.length, 5);
    for (const { range, ifRange } of requests.slice(1)) {
      assert.match(range ?? "", /^bytes=[1-9]\d*-$/);
      assert.equal(ifRange, '"one"');
    }
  });

  it("keeps its part when the server is gone, and a later run goes on from there", async (t) => {
    const server = await setUp(t, { cuts: [120_000] });
    const { url, target, served, requests } = server;
    served.cuts.push(0, 0, 0);
    await refused(download(url, target, QUICK), /(cut off|connection broke).*run it again to go on from there/);
    assert.deepEqual(filesOf(target), ["weights.pt.part", "weights.pt.part.json"]);
    const part = readFileSync(`${target}.part`);
    assert.deepEqual(part, BODY.subarray(0, part.length));
    assert.ok(part.length > 0);
    served.cuts.length = 0;
    await download(url, target, QUICK);
    assert.deepEqual(readFileSync(target), BODY);
    assert.equal(requests.at(-1)?.range, `bytes=${part.length}-`);
  });

  it("starts over where the file has changed meanwhile: never half one, half the other", async (t) => {
    for (const ranges of [true, false]) {
      const { url, target, served } = await setUp(t, { cuts: [90_000, 0, 0, 0], ranges });
      await refused(download(url, target, QUICK), /run it again/);
      Object.assign(served, { body: OTHER, etag: '"two"', cuts: [] });
      assert.equal(await download(url, target, QUICK), hashOf(OTHER));
      assert.deepEqual(readFileSync(target), OTHER);
    }
  });

  it("goes by the date where there is no tag, and trusts no part where there is neither", async (t) => {
    const lastModified = "Tue, 01 Nov 2022 10:00:00 GMT";
    const dated = await setUp(t, { cuts: [90_000], etag: 'W/"weak"', lastModified });
    await download(dated.url, dated.target, QUICK);
    assert.deepEqual(readFileSync(dated.target), BODY);
    assert.equal(dated.requests[1]?.ifRange, lastModified);
    const bare = await setUp(t, { cuts: [90_000], etag: null });
    await download(bare.url, bare.target, QUICK);
    assert.deepEqual(readFileSync(bare.target), BODY);
    assert.equal(bare.requests[1]?.range, undefined);
  });

  it("works with servers that answer no ranges, or do not say how long a file is", async (t) => {
    for (const more of [{ ranges: false }, { length: false }, { length: false, ranges: false }]) {
      const { url, target } = await setUp(t, { ...more, cuts: [90_000] });
      await download(url, target, QUICK);
      assert.deepEqual(readFileSync(target), BODY);
    }
  });

  it("finishes a part that was whole already", async (t) => {
    const { url, target, served } = await setUp(t, { cuts: [90_000, 0, 0, 0] });
    await refused(download(url, target, QUICK), /run it again/);
    served.cuts.length = 0;
    writeFileSync(`${target}.part`, BODY);
    await download(url, target, QUICK);
    assert.deepEqual(readFileSync(target), BODY);
    assert.deepEqual(filesOf(target), ["weights.pt"]);
  });

  it("throws away a part that is longer than the file", async (t) => {
    const { url, target, served } = await setUp(t, { cuts: [90_000, 0, 0, 0] });
    await refused(download(url, target, QUICK), /run it again/);
    served.cuts.length = 0;
    writeFileSync(`${target}.part`, Buffer.concat([BODY, BODY]));
    await download(url, target, QUICK);
    assert.deepEqual(readFileSync(target), BODY);
  });

  it("leaves nothing where the checksum is wrong", async (t) => {
    const { url, target } = await setUp(t);
    await refused(
      download(url, target, { ...QUICK, sha256: hashOf(OTHER) }),
      /arrived with SHA-256 .* expected .* removed/,
    );
    assert.deepEqual(filesOf(target), []);
  });

  it("follows redirects, ranges and all, but not in circles", async (t) => {
    const { url, target } = await setUp(t, { cuts: [90_000] });
    const door = await setUp(t);
    door.answer = (_, response) => response.writeHead(302, { location: url }).end();
    await download(door.url, target, QUICK);
    assert.deepEqual(readFileSync(target), BODY);
    door.answer = (_, response) => response.writeHead(302, { location: door.url }).end();
    await refused(download(door.url, door.target, QUICK), /redirect/);
  });

  it("names the answer of a server that refuses, and tries again where that may help", async (t) => {
    const server = await setUp(t);
    server.answer = (_, response) => response.writeHead(404).end("no");
    await refused(download(server.url, server.target, QUICK), /answered 404 Not Found/);
    assert.equal(server.requests.length, 1);
    let left = 1;
    server.answer = (_, response) => {
      if (left-- === 0) server.answer = null;
      response.writeHead(503).end();
    };
    await download(server.url, server.target, { ...QUICK, attempts: 4 });
    assert.deepEqual(readFileSync(server.target), BODY);
  });

  it("refuses an answer in another encoding, and one that is longer than announced is never taken", async (t) => {
    const server = await setUp(t);
    server.answer = (_, response) =>
      response
        .writeHead(200, { "content-encoding": "gzip" })
        .end(Buffer.from("H4sIAAAAAAAAAwMAAAAAAAAAAAA=", "base64"));
    await refused(download(server.url, server.target, QUICK), /sends it encoded \(gzip\)/);
    assert.ok(!existsSync(server.target));
  });

  it("does not wait for a silent server for ever", async (t) => {
    const server = await setUp(t);
    server.answer = (_, response) => {
      response.writeHead(200, { "content-length": BODY.length, etag: '"one"' });
      response.write(BODY.subarray(0, 10_000));
    };
    await refused(download(server.url, server.target, { ...QUICK, silence: 150 }), /fell silent at byte \d+/);
  });

  it("stops when it is told to, and keeps its part", async (t) => {
    const server = await setUp(t);
    server.answer = (_, response) => {
      response.writeHead(200, { "content-length": BODY.length, etag: '"one"' });
      response.write(BODY.subarray(0, 10_000));
    };
    const stop = new AbortController();
    const work = download(server.url, server.target, {
      ...QUICK,
      signal: stop.signal,
      onProgress: () => stop.abort(new Error("enough")),
    });
    await assert.rejects(work, /enough/);
    assert.ok(existsSync(`${server.target}.part`));
  });

  it("says clearly that there is no network, and where to put the file", async (t) => {
    const { target } = await setUp(t);
    const gone = await serve(BODY);
    await gone.close();
    for (const url of [gone.url, "http://nowhere.invalid/w.pt"]) {
      await refused(
        download(url, target, QUICK),
        /^no network: cannot reach \S+ \(\w+\); download http\S+ elsewhere and put it at /,
      );
    }
  });

  it("says that the disk is full", async (t) => {
    const { url, target } = await setUp(t);
    if (!existsSync("/dev/full")) return t.skip("SKIPPED: this system has no /dev/full");
    const dir = path.dirname(path.dirname(target));
    symlinkSync("/dev/full", path.join(dir, "w.pt.part"));
    await refused(download(url, path.join(dir, "w.pt"), QUICK), /the disk is full at .*make room/);
  });

  it("asks for room before it takes it", async (t) => {
    const server = await setUp(t);
    server.answer = (_, response) => {
      response.writeHead(200, { "content-length": 2 ** 52 });
      response.write("a");
    };
    await refused(download(server.url, server.target, QUICK), /needs 4503599627370496 bytes and .* free: make room/);
  });
});
