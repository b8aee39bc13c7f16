// The pages in a real browser: the program serves a small demonstration, Debian's chromium reads
// it. `SUNLAKE` names the program; with `SHOTS` set, pictures of every page go to that folder.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, mkdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

const { chromium } = createRequire(new URL("./package.json", import.meta.url))("playwright-core");
const program = process.env.SUNLAKE ?? "sunlake";
const shots = process.env.SHOTS;
const scale = process.env.SCALE ?? "0.01";
const place = mkdtempSync(join(tmpdir(), "sunlake-browser-"));
let server, browser, site;

before(async () => {
  const args = ["demo", "--lake", join(place, "lake"), "--listen", "127.0.0.1:0", "--scale", scale, "--speed", "1"];
  server = spawn(program, args, { env: { ...process.env, XDG_DATA_HOME: place }, stdio: ["ignore", "pipe", "inherit"] });
  site = await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error("no address within 120 s")), 120_000);
    server.stdout.on("data", (text) => {
      const address = String(text).match(/http:\/\/\S+/);
      if (address) resolve((clearTimeout(late), address[0]));
    });
    server.on("exit", (code) => reject(new Error(`the program ended with ${code}`)));
  });
  const quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: quiet });
});

after(async () => {
  await browser?.close();
  if (server && server.exitCode === null) {
    const ended = new Promise((resolve) => server.on("exit", resolve));
    server.removeAllListeners("exit");
    server.on("exit", () => {});
    server.kill("SIGTERM");
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 10_000))]);
  }
  rmSync(place, { recursive: true, force: true });
});

/** Opens a page and fails on any script error, foreign request or bad answer. */
async function open(path, { width = 1280, javaScriptEnabled = true, expect = 200 } = {}) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, javaScriptEnabled });
  const page = await context.newPage();
  const wrong = [];
  page.on("console", (message) => message.type() === "error" && expect === 200 && wrong.push(message.text()));
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("request", (request) => request.url().startsWith(site) || wrong.push(`request to ${request.url()}`));
  const answer = await page.goto(site + path);
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
  const pages = { overview: "/", cards: "/cards", objects: "/cards?object=all", villages: "/villages", case: await firstCase() };
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

test("a past day says so, and what makes no sense is refused with advice", async () => {
  const past = await open("/?lang=en&as_of=2023-06-01");
  assert.ok((await past.locator(".banner:visible").count()) >= 2);
  await past.context().close();
  for (const [path, expect] of [["/?as_of=never", 400], ["/cards?object=cases", 400], ["/cases/none", 404], ["/nothing", 404], ["/villages/000", 404]]) {
    const page = await open(path, { expect });
    assert.ok((await page.locator("main").innerText()).length > 20, path);
    await page.context().close();
  }
});

test("a case that is landed appears on an open page", async () => {
  const page = await open("/?lang=en");
  const first = await page.locator("#asof b").innerText();
  await page.waitForFunction((was) => document.querySelector("#asof b").textContent !== was, first, { timeout: 90_000 });
  assert.ok(await page.locator("#lost").isHidden());
  await page.context().close();
});
