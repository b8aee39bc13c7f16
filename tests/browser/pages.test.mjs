// The pages in a real browser: the program serves a small demonstration, Debian's chromium reads it.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { begin, browser, end, open, picture, place, site, start } from "./demo.mjs";

const program = process.env.SUNLAKE ?? "sunlake";

before(begin);
after(end);

async function firstCase() {
  const page = await open("/cards");
  const link = page.locator("main a[href^='/cases/']").first();
  const href = await link.getAttribute("href");
  await page.context().close();
  return href;
}

test("each page loads in both languages, both themes and four widths, without overflow", async () => {
  const pages = { overview: "/", cards: "/cards", objects: "/cards?object=all", villages: "/villages", quality: "/quality", refused: "/quality/rows", search: "/search?q=%E6%9D%91", print: "/villages?level=county&print=1", case: await firstCase() };
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
  const href = await page.locator("main a[download][href*='.csv']").first().getAttribute("href");
  assert.match(href, /level=RED/);
  const csv = await (await page.request.get(site + href)).text();
  const records = csv.trim().split(/\r?\n/).filter((line) => line.includes("TEST-"));
  assert.equal(records.length, count);
  await page.context().close();
});

test("a workbook is one, and a CSV says what it is where a person asks for it and is bare where a program does", async () => {
  const page = await open("/villages?lang=en&level=township&sort=received");
  const links = await page.locator("main a[download]").evaluateAll((all) => all.map((link) => link.getAttribute("href")));
  const [book, csv] = await Promise.all(links.map((href) => page.request.get(site + href)));
  assert.equal((await book.body()).subarray(0, 2).toString(), "PK");
  assert.match(book.headers()["content-disposition"], /villages_\d{8}T\d{6}\.xlsx/);
  const lines = (await csv.text()).split("\r\n");
  assert.match(lines[0], /^\ufeffTable,Villages/);
  assert.ok(lines.some((line) => /^Metric M03 \(version of its definition\),.+ · [0-9a-f]{12}$/.test(line)), lines.slice(0, 12).join("\n"));
  const bare = (await (await page.request.get(site + links[1].replace(/&?about=1/, ""))).text()).trimEnd().split("\r\n");
  const count = Number((await page.locator("main").innerText()).match(/n=([\d\s,]+)/)[1].replace(/\D/g, ""));
  assert.equal(bare.length, count + 1);
  assert.ok(bare[0].startsWith("\ufeff#,Code,"), bare[0]);
  await page.context().close();
});

test("columns are chosen by links, on the page and in the files alike", async () => {
  const page = await open("/villages?lang=en", { javaScriptEnabled: false });
  // Of the table that is sorted by its heads, not of a picture's twin.
  const heads = () => page.locator("main thead:has(a[href*='sort=']) th").allInnerTexts();
  const before = await heads();
  await page.locator("details.columns summary").click();
  await page.locator("details.columns a", { hasText: /Median/ }).click();
  await page.waitForURL(/cols=/);
  assert.deepEqual(await heads(), before.filter((head) => !/Median/.test(head)));
  const href = await page.locator("main a[download][href*='.csv']").getAttribute("href");
  const text = await (await page.request.get(site + href.replace(/&?about=1/, ""))).text();
  const [first] = text.split("\r\n");
  assert.ok(!/Median/.test(first) && /Received/.test(first) && !/Ranked/.test(first), first);
  await page.context().close();
});

test("a print has every row, says what it is, and repeats its head on each sheet", async () => {
  const page = await open("/villages?lang=en&region=450521", { javaScriptEnabled: false });
  const count = Number((await page.locator("main").innerText()).match(/n=([\d\s,]+)/)[1].replace(/\D/g, ""));
  await page.locator("main a[href*='print=1']").click();
  await page.waitForURL(/print=1/);
  assert.equal(await page.locator("main tbody tr").count(), count);
  assert.ok(count > 50, `${count} rows would fit on one page anyway`);
  assert.equal(await page.locator("nav, form").count(), 0);
  assert.match(await page.locator(".paper-head").innerText(), /Hepu[\s\S]*As of[\s\S]*M03/i);
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator("thead").first().evaluate((head) => getComputedStyle(head).display), "table-header-group");
  assert.ok(await page.locator(".on-screen").isHidden());
  await picture(page, "print");
  await page.context().close();
  const usual = await open("/cards?lang=en");
  await usual.emulateMedia({ media: "print" });
  assert.ok((await usual.locator(".on-paper").isVisible()) && (await usual.locator("form.filters").isHidden()));
  await usual.context().close();
});

test("cards are sorted by the heads of their columns, and the order stays on the next page", async () => {
  const page = await open("/cards?lang=en&state=GROSS", { javaScriptEnabled: false });
  assert.equal(await page.locator("main th[aria-sort=ascending]").innerText(), "Time");
  await page.locator("main th a", { hasText: /^Case$|^Item$/ }).click();
  await page.waitForURL(/sort=item/);
  const items = async () => (await page.locator("main section:last-of-type tbody td.name a").allInnerTexts()).filter((text) => text);
  const cards = await page.request.get(site + (await page.locator("main a[download][href*='.csv']").getAttribute("href")).replace(/&?about=1/, ""));
  const rows = (await cards.text()).trimEnd().split("\r\n").slice(1);
  const shown = await items();
  assert.ok(shown.length > 1 && shown.every((item, at) => rows[at].includes(item.split(",")[0])), shown.join());
  assert.match(await page.locator("main .pages a[rel=next]").getAttribute("href"), /sort=item/);
  await page.context().close();
});

test("a search goes to the one hit, lists several, and says when there is none, without script", async () => {
  const path = decodeURIComponent(await firstCase());
  const number = path.split("/").pop().split("?")[0];
  const page = await open("/?lang=en", { javaScriptEnabled: false });
  const find = async (words) => {
    await page.locator("form.search input[name=q]").fill(words);
    await page.locator("form.search button").click();
  };
  await find(number.toLowerCase());
  await page.waitForURL(/\/cases\//);
  assert.ok(decodeURIComponent(page.url()).includes(number), page.url());
  await find("村");
  await page.waitForURL(/\/search/);
  assert.ok((await page.locator("main li a[href^='/villages/']").count()) > 1);
  await find("no such thing");
  await page.waitForURL(/no\+such|no%20such/);
  assert.match(await page.locator("main").innerText(), /Nothing is found for/);
  await find("certificate");
  await page.waitForURL(/certificate/);
  await page.locator("main li a[href*='item=']").first().click();
  await page.waitForURL(/item=/);
  assert.ok((await page.locator("main td a[href^='/cases/']").count()) > 0);
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
  const csv = await page.request.get(site + (await page.locator("main a[download][href*='.csv']").first().getAttribute("href")));
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
    const href = await link.getAttribute("href");
    const file = await page.request.get(site + href);
    const type = href.includes(".csv") ? "text/csv; charset=utf-8" : "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    assert.equal(file.headers()["content-type"], type);
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
  await past.locator("form.filters a", { hasText: "day before" }).click();
  await past.waitForURL(/as_of=2023-05-31/);
  await past.locator("form.filters a", { hasText: "day after" }).click();
  await past.waitForURL(/as_of=2023-06-01/);
  await past.locator(".banner.past a").first().click();
  await past.waitForURL((url) => !url.search.includes("as_of"));
  await past.context().close();
  const early = await open("/cards?lang=en&as_of=1990-01-02");
  assert.match(await early.locator(".banner.past").innerText(), /nothing was known yet/);
  await early.context().close();
  for (const [path, expect] of [["/?as_of=never", 400], ["/cards?object=cases", 400], ["/cases/none", 404], ["/nothing", 404], ["/villages/000", 404], ["/quality/rows/none", 404], ["/villages?cols=secret", 400], ["/cards?sort=secret", 400], [`/search?q=${"x".repeat(41)}`, 400]]) {
    const page = await open(path, { expect });
    assert.ok((await page.locator("main").innerText()).length > 20, path);
    await page.context().close();
  }
});
