/** The report's page in a real browser: it draws, adapts to width and theme, asks for nothing, and logs no error. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { writeReport } from "vghif/dist/experiments/report/write.js";
import { EXAMPLE_TABLE, exampleStore, temporaryFolder } from "./experiments/example-runs.js";

const BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
  .map((name) => path.join("/usr/bin", name))
  .concat("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");
const BROWSER = [process.env.CHROMIUM ?? "", ...BROWSERS].find((file) => file !== "" && existsSync(file));

async function exampleReport(t: TestContext): Promise<string> {
  const folder = path.join(temporaryFolder(t), "report");
  mkdirSync(path.join(folder, "pictures"), { recursive: true });
  writeFileSync(
    path.join(folder, "pictures", "grounding-of-wave.svg"),
    '<svg xmlns="http://www.w3.org/2000/svg" width="900" height="40"><rect width="900" height="40"/></svg>',
  );
  const store = exampleStore(t, ({ shots, seed, vghif, dataset }) =>
    dataset === "ucf-like" && shots === 4 ? null : 40 + shots! + seed + (vghif ? 2 + 0.1 * seed : 0),
  );
  return writeReport([EXAMPLE_TABLE], "smoke", store, folder);
}

test("the page holds everything: tables, static plot, pictures, runs with their specs; and fetches nothing", async (t) => {
  const page = readFileSync(await exampleReport(t), "utf8");
  assert.match(page, /Content-Security-Policy" content="default-src 'none'/);
  assert.doesNotMatch(page, /<(script|link|img|iframe)[^>]+(src|href)="(?!data:)/);
  assert.match(page, /<svg[^>]*role="img" aria-label="Accuracy in percent/);
  assert.match(page, /<section class="supported">/);
  assert.match(page, /<img alt="grounding of wave" src="data:image\/svg\+xml;base64,/);
  assert.match(page, /GENERATED data, no real dataset/);
  assert.equal((page.match(/&quot;scale&quot;: &quot;smoke&quot;/g) ?? []).length, 18, "a spec for every record");
  assert.ok(page.length < 5_000_000, `${page.length} bytes`);
});

test("in Chromium at desktop and phone width, light and dark", async (t) => {
  if (BROWSER === undefined) {
    t.skip("SKIPPED: no Chromium here; install one (Debian: apt-get install chromium) or set CHROMIUM to its path");
    return;
  }
  const url = pathToFileURL(await exampleReport(t)).href;
  const browser = await chromium.launch({ executablePath: BROWSER, args: ["--no-sandbox"] });
  try {
    for (const width of [1200, 390]) {
      for (const colorScheme of ["light", "dark"] as const) {
        await t.test(`${width} pixels, ${colorScheme}`, () => checkPage(browser, url, width, colorScheme));
      }
    }
  } finally {
    await browser.close();
  }
});

async function checkPage(browser: Browser, url: string, width: number, colorScheme: "light" | "dark"): Promise<void> {
  const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
  const problems: string[] = [];
  page.on("console", (message) => problems.push(`console ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
  page.on("request", (request) => {
    if (/^https?:/.test(request.url())) problems.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  await page.waitForSelector("html[data-plots=ready]", { timeout: 30_000 });
  const seen = await measure(page);
  assert.equal(seen.scrollWidth, width, "the page does not scroll sideways");
  assert.equal(seen.staticPlots, 0);
  assert.equal(seen.points, 6, "2 + 1 points of each model");
  assert.equal(seen.below, width < 640, "panels below each other where it is narrow");
  assert.equal(seen.darkPaper, colorScheme === "dark");
  assert.notEqual(seen.ink, seen.paper);
  await page.hover(".interactive .point >> nth=0", { force: true });
  await page.waitForSelector(".interactive .hoverlayer .hovertext");
  await page.click("summary:has-text('All 18 runs')");
  assert.equal(await page.locator(".runs > li").first().isVisible(), true);
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
