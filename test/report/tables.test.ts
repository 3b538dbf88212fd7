/** The report's tables in a real browser: sorting, copying, and the runs behind a number. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { renderTable } from "vghif/dist/experiments/render.js";
import { readTable } from "vghif/dist/experiments/table-result.js";
import { NO_BROWSER, openPage, sharedReport } from "./browser.js";
import { FEW_SHOT } from "./example-report.js";

const shared = sharedReport();

/** Labels of the rows of hmdb-like's table, from top to bottom. */
function labels(page: Page): Promise<string[]> {
  return page.evaluate(
    `[...document.querySelectorAll("#example .block[data-dataset=hmdb-like] tbody th")].map((head) => head.firstChild.textContent)`,
  );
}

const AS_DECLARED = ["CLIP", "CLIP + VgHIF", "X-CLIP", "X-CLIP + VgHIF"];

test("a table is sorted by any column, with the keyboard too; differences stay with their row", {
  skip: NO_BROWSER,
}, async () => {
  const { browser, report } = await shared();
  const { page, problems } = await openPage(browser, report.file);
  const block = page.locator("#example .block[data-dataset=hmdb-like]");
  const heads = block.locator("th[aria-sort]");
  assert.deepEqual(
    (await heads.allInnerTexts()).map((text) => text.trim()),
    ["model", "top-1 %", "difference", "top-1 %", "difference"],
  );
  assert.deepEqual(await labels(page), AS_DECLARED);
  const number = heads.nth(1);
  await number.locator("button").click();
  assert.deepEqual(await labels(page), ["CLIP + VgHIF", "CLIP", "X-CLIP", "X-CLIP + VgHIF"], "48.1, 43, 36, 34.9");
  assert.equal(await number.getAttribute("aria-sort"), "descending");
  const first = block.locator("tbody tr").first();
  assert.match(await first.innerText(), /^CLIP \+ VgHIF[\s\S]*\+5\.1/, "its difference moved with it");
  await number.locator("button").press("Enter");
  assert.deepEqual(await labels(page), ["X-CLIP + VgHIF", "X-CLIP", "CLIP", "CLIP + VgHIF"]);
  await number.locator("button").press("Space");
  assert.deepEqual(await labels(page), AS_DECLARED);
  assert.equal(await number.getAttribute("aria-sort"), "none");
  await heads.nth(2).locator("button").click();
  assert.deepEqual(await labels(page), ["CLIP + VgHIF", "X-CLIP + VgHIF", "CLIP", "X-CLIP"], "those without last");
  await heads.nth(0).locator("button").click();
  assert.equal(await heads.nth(2).getAttribute("aria-sort"), "none");
  await heads.nth(0).locator("button").click();
  assert.deepEqual(await labels(page), ["X-CLIP + VgHIF", "X-CLIP", "CLIP + VgHIF", "CLIP"]);
  assert.match(await block.locator("tfoot").innerText(), /seeds × videos\s+3 × 127\s+3 × 127/);
  await page.click("summary:has-text('All 77 runs')");
  await page.click("#all-runs th:has-text('fusion parameters') button");
  assert.equal(await page.locator("#all-runs tbody tr").count(), 77);
  assert.deepEqual(problems, []);
});

test("a table is copied as CSV, LaTeX and Markdown, with and without the clipboard's interface", {
  skip: NO_BROWSER,
}, async () => {
  const { browser, report } = await shared();
  const { file, store } = report;
  const closed = `Object.defineProperty(navigator, "clipboard", { value: undefined });`;
  for (const before of [undefined, closed]) {
    const { page, problems } = await openPage(browser, file, {}, before);
    await page.evaluate(`document.body.insertAdjacentHTML("beforeend", "<textarea id=pasted></textarea>")`);
    const copied = async (button: string): Promise<string> => {
      await page.click(button);
      await page.waitForSelector("#status.shown");
      await page.fill("#pasted", "");
      await page.focus("#pasted");
      await page.keyboard.press("ControlOrMeta+v");
      return page.inputValue("#pasted");
    };
    const result = readTable(FEW_SHOT, "smoke", store);
    for (const [name, format] of [
      ["CSV", "csv"],
      ["LaTeX", "latex"],
      ["Markdown", "markdown"],
    ] as const) {
      const text = await copied(`#example .copies button:text-is("${name}")`);
      assert.equal(text, await renderTable(result, format), `${name}, ${before ?? "with the interface"}`);
      assert.equal(await page.innerText("#status"), `Copied example as ${name}`);
    }
    await page.selectOption("#filter-model", "xclip");
    await page.click("summary:has-text('All 77 runs')");
    const runs = (await copied("#runs button:text-is('CSV')")).trim().split("\n");
    assert.equal(runs[0], "run,dataset,K,model,seed,top-1 %,top-5 %,fusion parameters,seconds,finished");
    assert.equal(runs.length, 1 + 18, "as it stands on the page: X-CLIP's runs");
    assert.match(await copied("#runs button:text-is('LaTeX')"), /^\\begin\{tabular\}\{lr{9}\}\n\\toprule\nrun & /);
    assert.deepEqual(problems, []);
    await page.close();
  }
});

test("a click on a number opens its runs; Escape closes them and gives the focus back", {
  skip: NO_BROWSER,
}, async () => {
  const { browser, report } = await shared();
  const { file, store } = report;
  const { page, problems } = await openPage(browser, file, { viewport: { width: 390, height: 800 } });
  const number = page.locator("#example .block[data-dataset=hmdb-like] tbody tr >> nth=1").locator("button").first();
  assert.equal(await number.innerText(), "48.1 ± 1.1");
  await number.focus();
  await page.keyboard.press("Enter");
  const dialog = page.locator("dialog[open]");
  assert.equal(await dialog.locator("h2").innerText(), "CLIP + VgHIF, K = 2, top-1 %, hmdb-like: 48.1 ± 1.1");
  const result = readTable(FEW_SHOT, "smoke", store);
  const ids = result.groups[0]!.rows[1]!.cells[0]!.runs;
  const rows = await dialog.locator("tbody tr").allInnerTexts();
  assert.deepEqual(
    rows.map((row) => row.split("\t")),
    ids.map((id, seed) => [String(seed), (47 + 1.1 * seed).toFixed(1), "100.0", "127", "6.0", id.slice(0, 12)]),
  );
  const record = store.read(ids[1]!);
  assert.match(await dialog.innerText(), new RegExp(`SHA-256\\s+${record.hashes.manifest}`));
  await dialog.locator("summary >> nth=1").click();
  const shown = JSON.parse(await dialog.locator("pre >> nth=1").innerText());
  assert.deepEqual([shown.id, shown.spec, shown.backend], [record.id, record.spec, "cpu"]);
  assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 390);
  await page.keyboard.press("Escape");
  assert.equal(await dialog.count(), 0);
  assert.equal(await page.evaluate("document.activeElement.textContent"), "48.1 ± 1.1");
  assert.deepEqual(problems, []);
});
