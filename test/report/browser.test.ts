/** The report's page in a real browser: it draws, adapts to width and theme, asks for nothing, and logs no error. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import type { Browser, Page } from "playwright-core";
import { figureShots } from "vghif/dist/experiments/figure-shots.js";
import { pageOf, plotHtml } from "vghif/dist/experiments/report/document.js";
import { readTable } from "vghif/dist/experiments/table-result.js";
import { temporaryFolder } from "../experiments/example-runs.js";
import { eventually, NO_BROWSER, openPage, sharedReport } from "./browser.js";
import { FEW_SHOT } from "./example-report.js";

const shared = sharedReport();

test("in Chromium at desktop and phone width, light and dark", { skip: NO_BROWSER }, async (t) => {
  const { browser, report } = await shared();
  const { file } = report;
  for (const [width, colorScheme] of [
    [1200, "light"],
    [390, "dark"],
  ] as const) {
    await t.test(`${width} pixels, ${colorScheme}`, () => checkPage(browser, file, width, colorScheme));
  }
});

async function checkPage(browser: Browser, file: string, width: number, colorScheme: "light" | "dark"): Promise<void> {
  const { page, problems } = await openPage(browser, file, { viewport: { width, height: 800 }, colorScheme });
  const seen = await measure(page);
  assert.equal(seen.scrollWidth, width, "the page does not scroll sideways");
  assert.equal(seen.staticPlots, 0);
  assert.equal(seen.points, 12, "2 + 1 points of each of 4 models");
  assert.equal(seen.below, width < 640, "panels below each other where it is narrow");
  assert.equal(seen.darkPaper, colorScheme === "dark");
  assert.notEqual(seen.ink, seen.paper);
  await page.hover(".interactive .point >> nth=0", { force: true });
  await page.waitForSelector(".interactive .hoverlayer .hovertext");
  await page.locator("#ablation-tokens [data-forest] >> nth=0").scrollIntoViewIfNeeded();
  await page.waitForSelector("#ablation-tokens .forest .point");
  assert.equal(await page.locator("#ablation-tokens .forest >> nth=0").locator(".point").count(), 3);
  await page.selectOption("#filter-dataset", "ucf-like");
  await page.setViewportSize({ width: width - 20, height: 800 });
  await page.waitForTimeout(300);
  await page.selectOption("#filter-dataset", "");
  const drawn = "document.querySelector('#ablation-tokens .forest .main-svg').clientWidth";
  assert.ok(
    (await page.evaluate<number>(drawn)) > 300,
    "what was hidden while the width changed is drawn when it is shown",
  );
  await page.setViewportSize({ width, height: 800 });
  await page.emulateMedia({ colorScheme: colorScheme === "dark" ? "light" : "dark" });
  await eventually(page, `document.querySelector(".interactive .gtitle").style.fill !== "${seen.ink}"`);
  await eventually(page, `document.documentElement.scrollWidth === ${width}`); // nor with the plots drawn
  assert.deepEqual(problems, []);
  await page.close();
}

/** What the page looks like, measured inside it. */
function measure(page: Page) {
  return page.evaluate<{
    scrollWidth: number;
    staticPlots: number;
    points: number;
    below: boolean;
    darkPaper: boolean;
    paper: string;
    ink: string;
  }>(`(() => {
    const style = getComputedStyle(document.body);
    const [first, second] = [...document.querySelectorAll(".interactive .annotation")].map((title) => title.getBoundingClientRect());
    return {
      scrollWidth: document.documentElement.scrollWidth,
      staticPlots: document.querySelectorAll(".static").length,
      points: document.querySelectorAll(".interactive .point").length,
      below: second.top > first.bottom - 1,
      darkPaper: style.backgroundColor === "rgb(20, 24, 30)",
      paper: style.backgroundColor,
      ink: document.querySelector(".interactive .gtitle").style.fill,
    };
  })()`);
}

test("the keyboard alone: skip link, navigation, filter", { skip: NO_BROWSER }, async () => {
  const { browser, report } = await shared();
  const { page, problems } = await openPage(browser, report.file);
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate("document.activeElement.textContent"), "Skip to the content");
  await page.keyboard.press("Enter");
  await eventually(page, `document.activeElement.id === "content"`);
  await page.focus("nav a[href='#runs']");
  await page.keyboard.press("Enter");
  await page.waitForSelector("nav a[href='#runs'][aria-current]");
  const { top, bar } = await page.evaluate<{ top: number; bar: number }>(`({
    top: document.querySelector("#runs h2").getBoundingClientRect().top,
    bar: document.querySelector(".bar").getBoundingClientRect().bottom,
  })`);
  assert.ok(top >= bar || top > 0, "the bar does not hide the heading");
  const shown = () => page.locator("#example .block:visible tbody tr:visible").allInnerTexts();
  assert.equal((await shown()).length, 8);
  await page.focus("#filter-dataset");
  await page.keyboard.type("ucf");
  await page.focus("#filter-model");
  await page.keyboard.type("X");
  await eventually(page, `document.querySelectorAll("#example .block[hidden]").length === 1`);
  assert.deepEqual(
    (await shown()).map((text) => text.split("\n")[0]?.trim().split("\t")[0]),
    ["X-CLIP", "X-CLIP + VgHIF"],
  );
  assert.equal(await page.locator("#ablation-tokens.filtered-out").count(), 1, "an ablation of CLIP alone");
  await eventually(page, `document.querySelectorAll(".interactive .point").length === 6`); // 2 + 1 points of each of 2 models
  assert.match(await page.locator("#explorer-setting").inputValue(), /^\d+$/);
  assert.deepEqual(await page.locator("#explorer-setting option").allInnerTexts(), [
    "ucf-like, K = 2, X-CLIP",
    "ucf-like, K = 4, X-CLIP",
  ]);
  await page.focus("#filter button");
  await page.keyboard.press("Enter");
  await eventually(page, `document.querySelectorAll(".filtered-out, .block[hidden]").length === 0`);
  assert.equal((await shown()).length, 8);
  assert.deepEqual(problems, []);
});

test("a page of a figure alone, as a notebook's frame shows it", { skip: NO_BROWSER }, async (t) => {
  const { browser, report } = await shared();
  const figure = figureShots(readTable(FEW_SHOT, "smoke", report.store));
  const file = path.join(temporaryFolder(t), "figure.html");
  writeFileSync(file, pageOf(figure.id, await plotHtml(figure)));
  const { page, problems } = await openPage(browser, file, { viewport: { width: 700, height: 600 } });
  assert.equal(await page.locator(".interactive .point").count(), 12);
  assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 700);
  assert.deepEqual(problems, []);
});
