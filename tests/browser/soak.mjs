// The wall and the cards for half an hour at 60 times the speed of events: the heaps of the pages and the
// memory of the server do not grow, and no card that has been issued is missing on an open page.
// MINUTES shortens a run, SCALE makes the lake larger.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launch, start, stop } from "./program.mjs";

const minutes = Number(process.env.MINUTES ?? 30);
// What is loaded once and kept is in memory after these.
const warm = Math.max(1, Math.round(minutes / 6));
const place = mkdtempSync(join(tmpdir(), "sunlake-soak-"));
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const mib = (bytes) => bytes / (1 << 20);
let server, browser;

async function heap(client) {
  await client.send("HeapProfiler.collectGarbage");
  return mib((await client.send("Runtime.getHeapUsage")).usedSize);
}

const resident = () => Number(readFileSync(`/proc/${server.pid}/status`, "utf8").match(/VmRSS:\s+(\d+) kB/)[1]) / 1024;

/** What the open page shows of all cards, and what the server says at the same time; they have two seconds to agree. */
async function missed(page) {
  const look = () =>
    page.evaluate(async () => {
      const told = (root) => root.querySelector("main .totals").textContent.replace(/\s+/g, " ");
      const answer = await fetch(location.href, { cache: "no-store" });
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      return [told(document), told(fresh)];
    });
  const until = performance.now() + 2_000;
  for (;;) {
    const [shown, served] = await look();
    if (shown === served) return null;
    if (performance.now() > until) return `${shown} is shown, ${served} it is`;
    await pause(200);
  }
}

try {
  let at;
  [server, at] = await start(place, ["demo", "--lake", join(place, "lake"), "--listen", "127.0.0.1:0", "--scale", process.env.SCALE ?? "0.05", "--speed", "60"]);
  browser = await launch();
  // A window each: a page in the background asks for nothing.
  const pages = {};
  for (const [name, path] of [["wall", "/wall?lang=en"], ["cards", "/cards?lang=en&state=GROSS"]]) {
    const context = await browser.newContext({ viewport: { width: 1920, height: 1080 } });
    const page = await context.newPage();
    await page.goto(at + path);
    pages[name] = { page, client: await context.newCDPSession(page), first: 0 };
  }
  const misses = [];
  let before = 0;
  for (let minute = 1; minute <= minutes; minute += 1) {
    await pause(60_000);
    const miss = await missed(pages.cards.page);
    if (miss) misses.push(`minute ${minute}: ${miss}`);
    const told = [];
    for (const [name, one] of Object.entries(pages)) {
      const used = await heap(one.client);
      if (minute === warm) one.first = used;
      one.last = used;
      told.push(`${name} ${used.toFixed(2)} MiB`);
    }
    const memory = resident();
    if (minute === warm) before = memory;
    console.log(`minute ${minute}: ${told.join(", ")}, server ${memory.toFixed(0)} MiB${miss ? `, MISSED: ${miss}` : ""}`);
  }
  assert.deepEqual(misses, [], "cards are missing on an open page");
  for (const [name, { first, last }] of Object.entries(pages)) {
    const growth = (last - first) / first;
    assert.ok(growth < 0.1, `the heap of ${name} grew by ${(100 * growth).toFixed(1)} % from ${first.toFixed(2)} MiB`);
  }
  console.log(`soak: no card missed in ${minutes} minutes; the server grew by ${(resident() - before).toFixed(0)} MiB`);
} finally {
  await browser?.close();
  await stop(server);
  rmSync(place, { recursive: true, force: true });
}
