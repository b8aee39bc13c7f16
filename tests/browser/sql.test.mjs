// The page for SQL in a real browser: the editor, rows that scroll, mistakes at their place, cancelling, pictures,
// and the same form without script.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { begin, end, open, picture, site } from "./demo.mjs";

before(begin);
after(end);

const editor = (page) => page.locator("#editor .cm-content");

/** Puts a statement into the editor. */
async function write(page, sql) {
  await editor(page).click();
  await page.keyboard.press("ControlOrMeta+a");
  // By the editor itself: what the browser replaces in place it dresses in styles, which the policy keeps out.
  await page.keyboard.press("Backspace");
  await page.keyboard.insertText(sql);
}

test("the pages for SQL and for programs load in both languages, both themes and all widths", async () => {
  for (const path of ["/sql?metric=M03&by=county", "/sql/tables/village", "/api"]) {
    for (const [lang, theme, width] of [["zh", "light", 375], ["en", "dark", 375], ["zh", "dark", 1280], ["en", "light", 1920], ["zh", "light", 3840]]) {
      const page = await open(`${path}${path.includes("?") ? "&" : "?"}lang=${lang}&theme=${theme}`, { width });
      const text = await page.locator("main").innerText();
      assert.ok(!/Unknown localization|\{\$|NaN|undefined/.test(text), `${path} ${lang}`);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      assert.ok(overflow <= 0, `${path} ${lang} at ${width}: ${overflow} pixels too wide`);
      await picture(page, `sql${path.replace(/\W+/g, "-")}-${lang}-${theme}-${width}`);
      await page.context().close();
    }
  }
});

test("a statement is typed, completed, run by keys, and its rows scroll", async () => {
  const page = await open("/sql?lang=en");
  const wrong = [];
  page.on("console", (message) => message.type() === "error" && wrong.push(message.text()));
  await write(page, "select r.code, n.value as n from region r, generate_series(0, 40) as n(value) order by r.code, n.value");
  await page.keyboard.press("ControlOrMeta+Enter");
  await page.waitForSelector("#rows .window tbody tr:not(.space)");
  assert.match(await page.locator("#count").innerText(), /10,?000 rows; there are more/);
  assert.ok((await page.locator("#rows tbody tr").count()) < 200, "only rows in sight stand in the page");
  const first = await page.locator("#rows tbody tr:not(.space)").first().innerText();
  await page.locator("#rows .window").evaluate((frame) => (frame.scrollTop = frame.scrollHeight));
  await page.waitForFunction((first) => document.querySelector("#rows tbody tr:not(.space)").innerText !== first, first);
  await write(page, "select * from vill");
  await page.waitForSelector("#editor .cm-tooltip-autocomplete");
  assert.match(await page.locator("#editor .cm-tooltip-autocomplete").innerText(), /village/);
  assert.deepEqual(wrong, [], "the content security policy is kept");
  await page.context().close();
});

test("a mistake is marked at its place, and is gone when it is mended", async () => {
  const page = await open("/sql?lang=en", { expect: 200 });
  await write(page, "select 1 as one\nfrm village");
  await page.locator("#run").click();
  await page.waitForSelector("#trouble [role=alert]");
  assert.match(await page.locator("#trouble").innerText(), /Line 2/);
  assert.equal(await page.locator("#editor .cm-wrong-line").count(), 1);
  await write(page, "select 1 as one");
  assert.equal(await page.locator("#editor .cm-wrong-line").count(), 0);
  await page.locator("#run").click();
  await page.waitForSelector("#count");
  assert.equal((await page.locator("#trouble").innerText()).trim(), "");
  await page.context().close();
});

test("a long query is cancelled at once", async () => {
  const page = await open("/sql?lang=en");
  await write(page, "select count(*) from region a, region b, region c, region d where a.code || b.code || c.code || d.code like '%x%'");
  await page.locator("#run").click();
  await page.waitForSelector("#stop:not([hidden])");
  const begun = Date.now();
  await page.locator("#stop").click();
  await page.waitForSelector("#stop[hidden]", { state: "attached" });
  assert.ok(Date.now() - begun < 1000, `${Date.now() - begun} ms`);
  assert.match(await page.locator("#trouble").innerText(), /cancelled/);
  const again = await page.request.post(`${site}/api/v1/sql`, { data: { sql: "select 1 as one" }, headers: { origin: site } });
  assert.deepEqual((await again.json()).rows, [{ one: 1 }], "the place in the queue is free again");
  await page.context().close();
});

test("a picture is drawn of the rows that are there", async () => {
  const page = await open("/sql?lang=en");
  await write(page, "select '<b>a</b>' as name, 3 as n union all select 'b', 4");
  await page.locator("#chart").selectOption("bar");
  await page.locator("#run").click();
  await page.waitForSelector("#picture svg");
  assert.equal(await page.locator("#picture b").count(), 0, "what people wrote is text");
  await page.locator("#chart").selectOption("");
  await page.waitForFunction(() => !document.querySelector("#picture svg"));
  await page.context().close();
});

test("without script the form asks, pages, plans and saves", async () => {
  const page = await open("/sql?lang=en", { javaScriptEnabled: false });
  await page.locator("#statement").fill("select value from generate_series(0, 249) as t(value) order by value");
  await page.locator("#run").click();
  assert.equal(await page.locator("#rows tbody tr").count(), 100);
  await page.locator("button[name=page]", { hasText: "Next" }).click();
  assert.match(await page.locator("#rows tbody tr").first().innerText(), /^100/);
  await page.locator("button[value=plan]").click();
  assert.ok((await page.locator("#outcome pre").innerText()).length > 10);
  await page.locator("input[name=title]").fill("range");
  await page.locator("button[value=save]").click();
  await page.waitForURL(/saved=/);
  assert.match(await page.locator("#statement").inputValue(), /generate_series\(0, 249\)/);
  assert.ok((await page.locator(".asked a", { hasText: "range" }).count()) >= 1);
  await page.context().close();
});
