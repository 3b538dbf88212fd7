import assert from "node:assert/strict";
import { test } from "node:test";
import { Prefetch } from "vghif/dist/data/loader/prefetch.js";
import { Replacements } from "vghif/dist/data/loader/replace.js";
import { UserError } from "vghif/dist/errors.js";

/** Classes 0 and 1 in turn; c.avi, e.avi and g.avi cannot be read. */
const SAMPLES = [..."abcdefg"].map((name, at) => ({ path: `${name}.avi`, label: at % 2 }));
const BROKEN = ["c.avi", "e.avi", "g.avi"];

test("the next readable video of the class takes the place, from the list's end on at its beginning", async () => {
  const replacements = new Replacements(SAMPLES);
  const read: string[] = [];
  const load = (at: number) =>
    replacements.load(SAMPLES[at]!, async ({ path }) => {
      read.push(path);
      if (BROKEN.includes(path)) throw new UserError(`no ${path}`);
      return path;
    });
  assert.equal(await load(1), "b.avi");
  assert.deepEqual(replacements.replaced, []);
  assert.equal(await load(4), "a.avi");
  assert.deepEqual(read, ["b.avi", "e.avi", "g.avi", "a.avi"]);
  assert.deepEqual(replacements.replaced, [{ path: "e.avi", reason: "no e.avi", replacedBy: "a.avi" }]);
  // What is known to be unreadable is not tried again, whatever the order of questions.
  assert.equal(await load(2), "a.avi");
  assert.equal(await load(2), "a.avi");
  assert.deepEqual(read.slice(4), ["c.avi", "a.avi", "a.avi"]);
  assert.deepEqual(
    replacements.replaced.map(({ path, replacedBy }) => [path, replacedBy]),
    [
      ["e.avi", "a.avi"],
      ["c.avi", "a.avi"],
    ],
  );
});

test("a class without a readable video is an error; what is no video's fault is thrown as it is", async () => {
  const replacements = new Replacements(SAMPLES);
  const none = async (): Promise<never> => {
    throw new UserError("the disk is gone");
  };
  await assert.rejects(
    replacements.load(SAMPLES[3]!, none),
    /none of the 3 training videos of class 1 can be read: the disk is gone/,
  );
  const defect = async (): Promise<never> => {
    throw new TypeError("a defect");
  };
  await assert.rejects(replacements.load(SAMPLES[0]!, defect), TypeError);
});

test("what is announced is begun once, within the bound, and dropped when it is wanted no more", async () => {
  const begun: string[] = [];
  const wanted = (keys: string) =>
    [...keys].map((key) => ({
      key,
      begin: async () => {
        begun.push(key);
        return key;
      },
    }));
  const take = (key: string) => prefetch.take(key, wanted(key)[0]!.begin);
  const prefetch = new Prefetch<string>(3);
  prefetch.announce(wanted("abcd"));
  assert.equal(begun.join(""), "abc");
  assert.deepEqual([await take("a"), await take("d")], ["a", "d"]);
  assert.equal(begun.join(""), "abcd");
  prefetch.announce(wanted("cef"));
  assert.equal(begun.join(""), "abcdef");
  assert.deepEqual([await take("c"), await take("b")], ["c", "b"]);
  assert.equal(begun.join(""), "abcdefb");
});
