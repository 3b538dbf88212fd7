/** The ablation explorer and the playing maps in a real browser. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { runId } from "vghif/dist/experiments/id.js";
import { parseSpec } from "vghif/dist/experiments/parse-spec.js";
import { eventually, NO_BROWSER, openPage, sharedReport } from "./browser.js";

const shared = sharedReport();

test("chosen options show what their records say, or how to run them", { skip: NO_BROWSER }, async () => {
  const { browser, report } = await shared();
  const { file, store, mapped } = report;
  const { page, problems } = await openPage(browser, file);
  const result = page.locator("#explorer .result");
  assert.match(
    await result.innerText(),
    /hmdb-like, K = 8, CLIP: default\s+\+2\.4 points to the baseline: 95 % interval/,
  );
  assert.match(await result.innerText(), /accuracy, top-1 %\s+64\.4 ± 1\.9\s+62\.0 ± 1\.6/);
  assert.match(await result.innerText(), /fusion parameters\s+3 \(9\.68 % of all\)/);

  await page.selectOption("#explorer select[name=select]", "all");
  assert.match(await result.innerText(), /tokens all\s+Not run\.[\s\S]*npx vghif reproduce ablation-tokens\s/);

  await page.click("#explorer button:text-is('Defaults')");
  await page.fill("#explorer input[name=gate]", "0.25");
  await page.uncheck("#explorer input[name=levels][value='1']");
  assert.match(
    await result.innerText(),
    /levels \(blocks\) 2, 3, 4, gates start at 0\.25[\s\S]*npx vghif run SPEC\.json/,
  );
  await result.locator("select").selectOption("3");
  const [download] = await Promise.all([page.waitForEvent("download"), result.locator("a[download]").click()]);
  assert.equal(download.suggestedFilename(), "SPEC.json");
  await result.locator("summary").click();
  const spec = parseSpec(JSON.parse(await result.locator("pre").innerText()), "the page's spec");
  assert.deepEqual(spec, { ...mapped, seed: 3, vghif: { ...mapped.vghif, levels: [2, 3, 4], gate: 0.25 } });

  await page.fill("#explorer input[name=heads]", "");
  assert.match(await result.innerText(), /whole numbers/);
  await page.selectOption("#explorer-known", { label: "heads 2" });
  assert.equal(await page.inputValue("#explorer input[name=heads]"), "2");
  assert.match(
    await result.innerText(),
    /\+1\.0 points to the baseline: no interval, 1 seed: undecided[\s\S]*1 run, seed 0/,
  );
  await result.locator("button.number").first().click();
  const other = { ...mapped, vghif: { ...mapped.vghif!, heads: 2 } };
  assert.match(await page.locator("dialog[open] tbody").innerText(), new RegExp(runId(other).slice(0, 12)));
  assert.ok(store.has(runId(other)));
  await page.keyboard.press("Escape");

  await page.locator("#explorer .forest").scrollIntoViewIfNeeded();
  await page.waitForSelector("#explorer .forest .point");
  assert.equal(await page.locator("#explorer .forest .point").count(), 4, "cls, patch, both, heads 2");
  await page.hover("#explorer .forest .point >> nth=0", { force: true });
  await page.waitForSelector("#explorer .forest .hovertext");
  await page.mouse.down();
  await page.mouse.up();
  assert.match(await result.innerText(), /CLIP: tokens cls\s+\+3\.6 points/, "a click on the best takes it over");

  await page.selectOption("#explorer-setting", { label: "ucf-like, K = 4, X-CLIP" });
  await page.click("#explorer button:text-is('Defaults')");
  assert.match(await result.innerText(), /Not run\.[\s\S]*npx vghif reproduce example\s/);
  assert.deepEqual(problems, []);
});

test("maps play over the frames: button, slider, levels, passes, keys; and stand still for those who ask for it", {
  skip: NO_BROWSER,
}, async () => {
  const { browser, report } = await shared();
  const { file, mapped } = report;
  for (const reducedMotion of ["no-preference", "reduce"] as const) {
    const { page, problems } = await openPage(browser, file, { reducedMotion });
    const button = page.locator("#player .play");
    await page.locator("#player canvas").scrollIntoViewIfNeeded();
    if (reducedMotion === "no-preference") {
      await page.waitForSelector("#player .play:text-is('Pause')");
      const before = await frame(page);
      await eventually(page, `document.querySelector("#player input[type=range]").value !== "${before}"`);
      await button.click();
    }
    assert.equal(await button.innerText(), "Play");
    const still = await frame(page);
    await page.waitForTimeout(400);
    assert.equal(await frame(page), still);

    await page.focus("#player canvas");
    await page.keyboard.press("Home");
    assert.equal(await frame(page), "0");
    await page.keyboard.press("ArrowLeft");
    assert.equal(await frame(page), "5", "around to the last");
    assert.deepEqual(await page.locator("#player select >> nth=1").locator("option").allInnerTexts(), [
      "block 2",
      "block 4",
    ]);
    await page.selectOption("#player select >> nth=1", "2");
    await page.selectOption("#player select >> nth=2", "1");
    assert.match(
      await page.locator("#player .caption").innerText(),
      /^Frame 6 of 6, block 2, pass 2, brightest patch 40 % of the attention, this frame's class token 5 %$/,
    );
    const bright = await redness(page);
    assert.deepEqual(bright.indexOf(Math.max(...bright)), 3, "block 2, pass 2 looked at patch 2 + 1");
    await page.uncheck("#player input[type=checkbox]");
    assert.ok(Math.max(...(await redness(page))) < 10, "the frame alone is grey");
    await page.click("#player button.number");
    assert.match(await page.locator("dialog[open]").innerText(), new RegExp(runId(mapped).slice(0, 12)));
    await page.keyboard.press("Escape");
    assert.deepEqual(problems, []);
    await page.close();
  }
});

/** The frame that is shown, from 0. */
function frame(page: Page): Promise<string> {
  return page.inputValue("#player input[type=range]");
}

/** Red above green in the middle of every patch of a 3 x 3 grid, 0 to 255. */
function redness(page: Page): Promise<number[]> {
  return page.evaluate(`(() => {
    const canvas = document.querySelector("#player canvas");
    const third = canvas.width / 3;
    const copy = document.createElement("canvas");
    Object.assign(copy, { width: canvas.width, height: canvas.height });
    const context = copy.getContext("2d", { willReadFrequently: true });
    context.drawImage(canvas, 0, 0);
    return Array.from({ length: 9 }, (_, at) => {
      const [red, green] = context.getImageData((at % 3 + 0.5) * third, (Math.floor(at / 3) + 0.5) * third, 1, 1).data;
      return red - green;
    });
  })()`);
}
