// The pages in a real browser: the program serves a small demonstration, Debian's chromium reads
// it. `SUNLAKE` names the program; with `SHOTS` set, pictures of every page go to that folder.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, start as startIn, stop } from "./program.mjs";

const program = process.env.SUNLAKE ?? "sunlake";
const shots = process.env.SHOTS;
const scale = process.env.SCALE ?? "0.01";
const place = mkdtempSync(join(tmpdir(), "sunlake-browser-"));
let server, browser, site;

/** Starts the program with its keys beside the lakes. */
const start = (args) => startIn(place, args);

before(async () => {
  [server, site] = await start(["demo", "--lake", join(place, "lake"), "--listen", "127.0.0.1:0", "--scale", scale, "--speed", "1"]);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await stop(server);
  rmSync(place, { recursive: true, force: true });
});

/** Opens a page and fails on any script error, foreign request or bad answer. */
async function open(path, { width = 1280, javaScriptEnabled = true, expect = 200, at = site } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, javaScriptEnabled });
  const page = await context.newPage();
  const wrong = [];
  page.on("console", (message) => message.type() === "error" && expect === 200 && wrong.push(message.text()));
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("request", (request) => request.url().startsWith(at) || wrong.push(`request to ${request.url()}`));
  const answer = await page.goto(at + path);
  assert.equal(answer.status(), expect, path);
  assert.deepEqual(wrong, [], path);
  return page;
}

async function picture(page, name) {
  if (!shots) return;
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
}

async function firstCase() {
  const page = await open("/cards");
  const link = page.locator("main a[href^='/cases/']").first();
  const href = await link.getAttribute("href");
  await page.context().close();
  return href;
}

test("each page loads in both languages, both themes and four widths, without overflow", async () => {
  const pages = { overview: "/", cards: "/cards", objects: "/cards?object=all", villages: "/villages", quality: "/quality", refused: "/quality/rows", case: await firstCase() };
  const village = await open("/villages");
  pages.village = await village.locator("main a[href^='/villages/']").first().getAttribute("href");
  await village.context().close();
  for (const [name, path] of Object.entries(pages)) {
    for (const [lang, theme] of [["zh", "light"], ["en", "light"], ["zh", "dark"], ["en", "dark"]]) {
      for (const width of [375, 1280, 1920, 3840]) {
        const join = path.includes("?") ? "&" : "?";
        const page = await open(`${path}${join}lang=${lang}&theme=${theme}`, { width });
        const text = await page.locator("body").innerText();
        assert.ok(!/Unknown localization|\{\$|NaN|undefined|null\b/.test(text), `${name} ${lang}: ${text.match(/.{20}(Unknown localization|\{\$|NaN|undefined|null\b).{20}/)}`);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        assert.ok(overflow <= 0, `${name} ${lang} at ${width}: ${overflow} pixels too wide`);
        if (width === 375) {
          const sideways = await page.locator(".scroll:has(> .stack)").evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth).length);
          assert.equal(sideways, 0, `${name} ${lang}: a table of blocks scrolls sideways`);
        }
        if (theme === "light" || width === 1280) await picture(page, `${name}-${lang}-${theme}-${width}`);
        await page.context().close();
      }
    }
  }
});

test("pages read without script", async () => {
  const page = await open("/", { javaScriptEnabled: false });
  assert.ok((await page.locator(".fig").count()) >= 8);
  assert.ok((await page.locator("main svg").count()) >= 3);
  await page.context().close();
});

test("a card leads to its case, and the case says why", async () => {
  const page = await open("/cards?lang=en");
  await page.locator("main a[href^='/cases/']").first().click();
  await page.waitForURL(/\/cases\//);
  const text = await page.locator("main").innerText();
  assert.match(text, /BEIHAI_2/);
  assert.match(text, /GX 2004-2026/);
  assert.ok((await page.locator("main svg").count()) >= 1);
  await page.context().close();
});

test("each step of a case is told day by day, folded away until asked for", async () => {
  const list = await open("/cards");
  const links = list.locator("main a[href^='/cases/']");
  const paths = new Set(await links.evaluateAll((all) => all.map((link) => link.getAttribute("href"))));
  await list.context().close();
  let found = false;
  for (const path of paths) {
    const page = await open(path, { width: 375 });
    const steps = page.locator("#why details");
    found = (await steps.count()) > 0;
    if (found) {
      const days = steps.first().locator("table.days tbody tr");
      assert.equal(await days.first().isVisible(), false, path);
      await steps.first().locator("summary").click();
      assert.ok(await days.first().isVisible(), path);
      assert.match(await steps.first().locator("summary").innerText(), / · /);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(overflow <= 0, `${path}: ${overflow} pixels too wide`);
    }
    await page.context().close();
    if (found) break;
  }
  assert.ok(found, "no listed case has a step");
});

test("filters are in the address and the export is what is shown", async () => {
  const page = await open("/cards?lang=en&level=RED");
  const shown = await page.locator("main").innerText();
  const count = Number(shown.match(/n=([\d\s,\u2009]+)/)[1].replace(/\D/g, ""));
  const href = await page.locator("main a[download]").first().getAttribute("href");
  assert.match(href, /level=RED/);
  const csv = await (await page.request.get(site + href)).text();
  const records = csv.trim().split(/\r?\n/).filter((line) => line.includes("TEST-"));
  assert.equal(records.length, count);
  await page.context().close();
});

test("what cards are about is a filter like the others, and each choice says how many there are", async () => {
  const about = (page) => page.locator("main th", { hasText: /^About$/ }).count();
  const number = (text) => Number(text.replace(/\D/g, ""));
  const cases = await open("/cards?lang=en&state=GROSS");
  assert.equal(await about(cases), 0);
  assert.match(await cases.locator("main .tabs a[aria-current]").innerText(), /^Case/);
  await cases.locator("main .tabs a", { hasText: /^Step/ }).click();
  await cases.waitForURL(/object=step/);
  await cases.context().close();
  const page = await open("/cards?lang=en&state=GROSS&object=step");
  assert.equal(await about(page), 1);
  const counts = (await page.locator("main .tabs a").allInnerTexts()).map(number);
  assert.equal(counts.length, 6);
  assert.equal(counts[5], counts.slice(0, 5).reduce((sum, count) => sum + count));
  const count = number((await page.locator("main").innerText()).match(/n=([\d\s,]+)/)[1]);
  assert.equal(count, number(await page.locator("main .tabs a[aria-current]").innerText()));
  assert.match(await page.locator("main td.name").first().innerText(), /^Step/);
  assert.equal(await page.locator("form.filters input[name=object]").inputValue(), "step");
  for (const link of ["main .pages a[rel=next]", "main a[download]", ".switches a"]) {
    const href = await page.locator(link).first().getAttribute("href");
    assert.ok(href.includes("object=step") && href.includes("state=GROSS"), `${link}: ${href}`);
  }
  const csv = await page.request.get(site + (await page.locator("main a[download]").first().getAttribute("href")));
  assert.equal((await csv.text()).split(/\r?\n/).filter((line) => line.includes("TEST-")).length, count);
  await page.context().close();
});

test("language and theme are kept, and the simulated clock is announced on every page", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${site}/?lang=en&theme=dark`);
  await page.goto(`${site}/villages`);
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  assert.equal(await page.locator("html").getAttribute("data-theme"), "dark");
  assert.ok((await page.locator(".banner:visible").count()) >= 1);
  await context.close();
});

test("the data quality page answers in a sentence and its sums are right", async () => {
  const page = await open("/quality?lang=en");
  assert.match(await page.locator(".verdict").innerText(), /These figures (can be trusted|stand with reservations): .+2026/);
  const checks = await page.locator("#sources td.whole").allInnerTexts();
  assert.ok(checks.length > 0 && checks.every((check) => check === "✓ adds up"), checks.join());
  for (const link of await page.locator("main a[download]").all()) {
    const csv = await page.request.get(site + (await link.getAttribute("href")));
    assert.equal(csv.headers()["content-type"], "text/csv; charset=utf-8");
  }
  await page.context().close();
});

test("a refused row is corrected on its page, also without script", async () => {
  const lake = join(place, "refused");
  const file = join(place, "refused.csv");
  const header = "event_id,case_no,seq,event_type,step_seq,step_name,step_limit,actor_id,actor_role,org_code,decision,close_result,occurred_at,recorded_at";
  writeFileSync(file, `${header}\n1,C1,1,ACCEPT,,,,,,,,,2023-09-01 09:00:00,2023-09-01 09:00:00\n2,C2,1,ACCEPT,,,,,,,,,yesterday,2023-09-01 09:00:00\n`);
  const landed = spawnSync(program, ["ingest", "workflow_event", file, "--lake", lake], { env: { ...process.env, XDG_DATA_HOME: place } });
  assert.equal(landed.status, 0, String(landed.stderr));
  const [child, at] = await start(["serve", "--lake", lake, "--listen", "127.0.0.1:0"]);
  try {
    const list = await open("/quality/rows?lang=en", { at, width: 375, javaScriptEnabled: false });
    assert.ok(!(await list.locator("main").innerText()).includes("yesterday"));
    await list.locator("main td a.more").first().click();
    await list.waitForURL(/\/quality\/rows\/[0-9a-f]{64}\./);
    const row = new URL(list.url()).pathname;
    for (const [lang, theme, width] of [["zh", "light", 375], ["en", "dark", 375], ["zh", "light", 1280], ["en", "dark", 1280]]) {
      const page = await open(`${row}?lang=${lang}&theme=${theme}`, { at, width });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(overflow <= 0, `${lang} at ${width}: ${overflow} pixels too wide`);
      await picture(page, `row-${lang}-${theme}-${width}`);
      await page.context().close();
    }
    const field = () => list.getByLabel("occurred_at", { exact: true });
    assert.equal(await field().inputValue(), "yesterday");
    await field().fill("2023-09-31");
    await list.locator("form.correct button").click();
    await list.waitForURL(/done=/);
    assert.match(await list.locator(".answer").innerText(), /Refused again/);
    await picture(list, "row-refused-again");
    await field().fill("2023-09-02 09:00:00");
    await list.locator("form.correct button").click();
    await list.locator(".answer", { hasText: /Landed under its own batch/ }).waitFor();
    assert.equal(await list.locator("form.correct").count(), 0);
    await list.context().close();
    const empty = await open("/quality/rows?lang=en", { at });
    assert.match(await empty.locator("main").innerText(), /No quarantined row fits/);
    await empty.context().close();
  } finally {
    child.kill("SIGTERM");
  }
});

test("a past day says so, and what makes no sense is refused with advice", async () => {
  const past = await open("/?lang=en&as_of=2023-06-01");
  assert.ok((await past.locator(".banner:visible").count()) >= 2);
  await past.context().close();
  for (const [path, expect] of [["/?as_of=never", 400], ["/cards?object=cases", 400], ["/cases/none", 404], ["/nothing", 404], ["/villages/000", 404], ["/quality/rows/none", 404]]) {
    const page = await open(path, { expect });
    assert.ok((await page.locator("main").innerText()).length > 20, path);
    await page.context().close();
  }
});
