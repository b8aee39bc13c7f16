// The pages of figures in a real browser: the dictionary, the tables of metrics, the public page.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { begin, end, open, picture, site } from "./demo.mjs";

before(begin);
after(end);

test("the dictionary and a metric with its rows load in both languages and all widths", async () => {
  for (const path of ["/metrics", "/metrics/M03?by=county", "/metrics/M09", "/metrics/M03/rows"]) {
    for (const [lang, width] of [["zh", 375], ["en", 375], ["zh", 1280], ["en", 3840]]) {
      const page = await open(`${path}${path.includes("?") ? "&" : "?"}lang=${lang}`, { width });
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(overflow <= 0, `${path} ${lang} at ${width}: ${overflow} pixels too wide`);
      await picture(page, `figures${path.replace(/\W+/g, "-")}-${lang}-${width}`);
      await page.context().close();
    }
  }
});

test("a count leads to as many rows as it says, also without script", async () => {
  const page = await open("/metrics/M03?lang=en&by=county", { javaScriptEnabled: false });
  const link = page.locator("main td a[href*='/metrics/M03/rows']").first();
  const count = (await link.innerText()).replace(/\D/g, "");
  await link.click();
  await page.waitForURL(/\/metrics\/M03\/rows/);
  const told = (await page.locator("main header span").first().innerText()).match(/n=([\d\s,\u202f]+)/)[1].replace(/\D/g, "");
  assert.equal(told, count);
  const href = await page.locator("main a[download][href*='.csv']").first().getAttribute("href");
  const csv = await page.request.get(site + href.replace(/&?about=1/, ""));
  assert.equal((await csv.text()).trim().split(/\r?\n/).length - 1, Number(count));
  await page.context().close();
});

test("the public page reads in both languages and leads to no other page", async () => {
  for (const [lang, width] of [["zh", 375], ["en", 1280], ["zh", 3840]]) {
    const page = await open(`/sunshine?lang=${lang}`, { width, javaScriptEnabled: false });
    assert.ok((await page.locator("main td").count()) > 100);
    const links = await page.locator("a").evaluateAll((all) => all.map((link) => link.getAttribute("href")));
    assert.deepEqual(links.filter((href) => !/^(\/sunshine|#)/.test(href)), []);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(overflow <= 0, `${lang} at ${width}: ${overflow} pixels too wide`);
    await picture(page, `sunshine-${lang}-${width}`);
    await page.context().close();
  }
});

test("the pages of tables load in both languages and all widths, and their levels change", async () => {
  for (const path of ["/organizations", "/items", "/savings?per_case=100", "/market", "/feedback", "/disclosure"]) {
    for (const [lang, theme, width] of [["zh", "light", 375], ["en", "dark", 375], ["zh", "dark", 1280], ["en", "light", 1920], ["zh", "light", 3840]]) {
      const page = await open(`${path}${path.includes("?") ? "&" : "?"}lang=${lang}&theme=${theme}`, { width });
      const text = await page.locator("main").innerText();
      assert.ok(!/\{\$|NaN|undefined|null\b/.test(text), `${path} ${lang}`);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(overflow <= 0, `${path} ${lang} at ${width}: ${overflow} pixels too wide`);
      await picture(page, `desk${path.replace(/\W+/g, "-")}-${lang}-${theme}-${width}`);
      await page.context().close();
    }
  }
  const page = await open("/market?lang=en", { javaScriptEnabled: false });
  await page.locator("main .tabs a", { hasText: /^Township/ }).click();
  await page.waitForURL(/level=township/);
  assert.match(await page.locator("main h1").innerText(), /Market/);
  await page.context().close();
});
