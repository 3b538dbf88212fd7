/** A real browser for the tests of pages; a test without one says so and is skipped. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after } from "node:test";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { type ExampleReport, exampleReport } from "./example-report.js";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const PLACES = [
  process.env.CHROMIUM ?? "",
  ...NAMES.map((name) => path.join("/usr/bin", name)),
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

const EXECUTABLE = PLACES.find((file) => file !== "" && existsSync(file));

/** For a test's option `skip`: why there is no browser, or false. */
export const NO_BROWSER: string | false =
  EXECUTABLE === undefined &&
  "SKIPPED: no Chromium here; install one (Debian: apt-get install chromium) or set CHROMIUM to its path";

export interface Shared {
  readonly report: ExampleReport;
  readonly browser: Browser;
}

/** One report and one browser for all tests of a file, made for the first that asks; they go away after the last. */
export function sharedReport(): () => Promise<Shared> {
  let made: Promise<Shared> | null = null;
  const folder = mkdtempSync(path.join(tmpdir(), "vghif test "));
  after(async () => {
    await (await made)?.browser.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const make = async (): Promise<Shared> => {
    const launched = chromium.launch({ executablePath: EXECUTABLE!, args: ["--no-sandbox"] });
    return { report: await exampleReport(folder), browser: await launched };
  };
  return () => {
    made ??= make();
    return made;
  };
}

export interface OpenPage {
  readonly page: Page;
  /** What should not have happened so far: messages on the console, errors, requests. */
  readonly problems: readonly string[];
}

/**
 * Opens the file and waits for its plots.
 *
 * @param before a script that runs before the page's own
 */
export async function openPage(
  browser: Browser,
  file: string,
  options: BrowserContextOptions = {},
  before?: string,
): Promise<OpenPage> {
  const page = await browser.newPage({ viewport: { width: 1200, height: 800 }, ...options });
  const problems: string[] = [];
  page.on("console", (message) => problems.push(`console ${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
  page.on("request", (request) => {
    if (!/^(file|data|blob):/.test(request.url())) problems.push(`request: ${request.url()}`);
  });
  if (before !== undefined) await page.addInitScript(before);
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector("html[data-plots=ready]", { timeout: 60_000 });
  return { page, problems };
}

/** Waits until the expression, evaluated in the page, is true. (Playwright's own wait needs eval, which the page forbids.) */
export async function eventually(page: Page, expression: string, seconds = 30): Promise<void> {
  for (const end = Date.now() + 1000 * seconds; Date.now() < end; await page.waitForTimeout(50)) {
    if (await page.evaluate<boolean>(expression)) return;
  }
  throw new Error(`not so within ${seconds} s: ${expression}`);
}
