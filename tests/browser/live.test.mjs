// What changes while somebody looks on: landings by the command line, cards on their instants under the
// simulated clock, the wall across a restart of the server.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, run, start, stop } from "./program.mjs";

const place = mkdtempSync(join(tmpdir(), "sunlake-live-"));
const servers = new Set();
let browser;

async function serve(args) {
  const [child, at] = await start(place, args);
  servers.add(child);
  return [child, at];
}

before(async () => (browser = await launch()));

after(async () => {
  await browser?.close();
  await Promise.all([...servers].map(stop));
  rmSync(place, { recursive: true, force: true });
});

const CASE = "case_no,data_version,item_id,item_version,case_kind,village_code,applicant_id,apply_channel,agent_id,is_agent_assisted,org_code,statutory_limit,statutory_unit,promised_limit,promised_unit,visits_count,entry_mode,recorded_at";
const EVENT = "event_id,case_no,seq,event_type,step_seq,step_name,step_limit,actor_id,actor_role,org_code,decision,close_result,occurred_at,recorded_at";

/** Lands cases that were accepted on a day, with extracts of another; a promise of five workdays. */
function land(lake, numbers, day, extracted) {
  const cases = numbers.map((no) => `${no},1,SI001,1,PROMISED,450521101201,TEST000000000000001,1,A1,true,450521-MZ,20,WD,5,WD,1,LIVE,${day} 09:00:00`);
  const events = numbers.map((no) => `${no}-1,${no},1,ACCEPT,,,,P1,agent,450521-MZ,,,${day} 09:00:00,${day} 09:00:00`);
  for (const [mapping, head, rows] of [["workflow_case", CASE, cases], ["workflow_event", EVENT, events]]) {
    const file = join(place, `${mapping}_${extracted}.csv`);
    writeFileSync(file, [head, ...rows, ""].join("\n"));
    run(place, ["ingest", mapping, file, "--lake", lake]);
  }
}

test("a case landed by the command line appears on open pages, which say when nobody tells them", async () => {
  const lake = join(place, "landing");
  land(lake, ["TEST-FIRST"], "2023-09-01", "20231001T000000");
  const [child, at] = await serve(["serve", "--lake", lake, "--listen", "127.0.0.1:0"]);
  const context = await browser.newContext();
  const [cards, overview] = [await context.newPage(), await context.newPage()];
  const loads = [];
  overview.on("request", (request) => request.isNavigationRequest() && loads.push(request.url()));
  await overview.goto(`${at}/?lang=en`);
  await cards.goto(`${at}/cards?lang=en&state=GROSS`);
  await cards.getByText("TEST-FIRST").first().waitFor();
  for (const page of [cards, overview]) await page.locator("#wire", { hasText: /^Live$/ }).waitFor();
  const open = await overview.locator("#figures").innerText();

  await cards.locator("main").getByRole("link").first().focus();
  land(lake, ["TEST-SECOND", "TEST-THIRD"], "2023-09-04", "20231002T000000");
  const landed = performance.now();
  await cards.getByText("TEST-SECOND").first().waitFor({ timeout: 10_000 });
  console.log(`shown ${Math.round(performance.now() - landed)} ms after the landing had ended`);
  assert.notEqual(await cards.evaluate(() => document.activeElement.tagName), "BODY", "the focus is lost");
  await overview.bringToFront();
  await overview.waitForFunction((was) => document.querySelector("#figures").innerText !== was, open, { timeout: 10_000 });
  assert.equal(loads.length, 1, "the page was loaded anew as a whole");

  assert.equal(await stop(child), 0, "the open connections kept the server from its end");
  await overview.locator("#lost:not([hidden])").waitFor({ timeout: 10_000 });
  assert.match(await overview.locator("#wire").innerText(), /Not live/);
  await serve(["serve", "--lake", lake, "--listen", new URL(at).host]);
  await overview.locator("#wire", { hasText: /^Live$/ }).waitFor({ timeout: 60_000 });
  assert.ok(await overview.locator("#lost").isHidden());
  await context.close();
});

test("a card appears on its instant under the simulated clock", async () => {
  const lake = join(place, "simulated");
  const [maker] = await start(place, ["demo", "--lake", lake, "--listen", "127.0.0.1:0", "--scale", "0.01", "--speed", "1"]);
  assert.equal(await stop(maker), 0);
  const [, at] = await serve(["serve", "--lake", lake, "--listen", "127.0.0.1:0", "--simulate", "3600"]);
  const clock = async () => new Date((await (await fetch(`${at}/healthz`)).json()).as_of);
  // Far enough ahead that the page is open by then; an hour goes by in a second.
  const since = new Date((await clock()).getTime() + 4 * 3_600_000).toISOString();
  const sql = `select case_no, issued_at from card_forecast where object_type = 'CASE' and level = 'YELLOW' and coalesce(superseded_at > issued_at, true) and issued_at > '${since}' order by issued_at, case_no limit 1`;
  const [ahead] = JSON.parse(run(place, ["query", sql, "--lake", lake, "--as-of", (await clock()).toISOString(), "--json"]));
  const page = await browser.newPage();
  // No platform reports here, so what is due after the last report is shown unconfirmed.
  await page.goto(`${at}/cards?lang=en&state=UNCONFIRMED&sort=issued&dir=desc`);
  const row = page.locator("main td", { hasText: ahead.case_no });
  assert.equal(await row.count(), 0, "shown before its instant");
  const issued = new Date(/Z|[+-]\d\d:?\d\d$/.test(ahead.issued_at) ? ahead.issued_at : `${ahead.issued_at.replace(" ", "T")}+08:00`);
  await row.first().waitFor({ timeout: 180_000 });
  const late = ((await clock()) - issued) / 3_600_000;
  console.log(`shown ${late.toFixed(2)} s after its instant`);
  assert.ok(late >= 0 && late < 5, `shown ${late} s after its instant`);
  await page.context().close();
});

test("the wall fits its screens, names nobody, and survives a restart of the server", async () => {
  const lake = join(place, "wall");
  land(lake, ["TEST-WALL"], "2023-09-01", "20231001T000000");
  const [child, at] = await serve(["serve", "--lake", lake, "--listen", "127.0.0.1:0"]);
  for (const [width, lang, scenes] of [[1920, "zh", 1], [3840, "en", 2]]) {
    const page = await browser.newPage({ viewport: { width, height: 1080 } });
    await page.goto(`${at}/wall?lang=${lang}`);
    assert.equal(await page.locator(".wall-scene:visible").count(), scenes);
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(over <= 0, `${over} pixels too wide at ${width}`);
    const text = await page.content();
    assert.ok(!/TEST-WALL|[0-9a-f]{64}|href="\/cases/.test(text), "the wall names a case");
    await page.context().close();
  }
  const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
  await page.goto(`${at}/wall?lang=en`);
  const scene = page.locator(".wall-scene").first();
  const first = await scene.getAttribute("data-scene");
  await page.waitForFunction((was) => document.querySelector(".wall-scene").dataset.scene !== was, first, { timeout: 60_000 });
  await page.evaluate(() => (window.loadedBefore = true));
  assert.equal(await stop(child), 0);
  await page.locator("body.old").waitFor({ timeout: 15_000 });
  assert.match(await page.locator("#stale").innerText(), /Stale.*last answer \d+ s ago/s);
  await serve(["serve", "--lake", lake, "--listen", new URL(at).host]);
  await page.waitForFunction(() => window.loadedBefore === undefined && document.body.dataset.wire === "on", undefined, { timeout: 90_000 });
  assert.ok((await scene.innerText()).length > 0);
  await page.context().close();
});
