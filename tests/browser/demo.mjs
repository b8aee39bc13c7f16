// What the tests of pages share: a small demonstration that is served while a file of tests runs, and its pages
// in a browser. `SUNLAKE` names the program; with `SHOTS` set, pictures of every page go to that folder.
import assert from "node:assert/strict";
import { mkdtempSync, mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launch, start as startIn, stop } from "./program.mjs";

const shots = process.env.SHOTS;
const scale = process.env.SCALE ?? "0.01";
export const place = mkdtempSync(join(tmpdir(), "sunlake-browser-"));
export let browser, site;
let server;

/** Starts the program with its keys beside the lakes. */
export const start = (args) => startIn(place, args);

export async function begin() {
  [server, site] = await start(["demo", "--lake", join(place, "lake"), "--listen", "127.0.0.1:0", "--scale", scale, "--speed", "1"]);
  browser = await launch();
}

export async function end() {
  await browser?.close();
  await stop(server);
  rmSync(place, { recursive: true, force: true });
}

/** Opens a page and fails on any script error, foreign request or bad answer. */
export async function open(path, { width = 1280, javaScriptEnabled = true, expect = 200, at = site } = {}) {
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

export async function picture(page, name) {
  if (!shots) return;
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
}
