// What the browser tests share: the program, as `SUNLAKE` names it, and Debian's chromium.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { createRequire } from "node:module";

const { chromium } = createRequire(new URL("./package.json", import.meta.url))("playwright-core");
const program = process.env.SUNLAKE ?? "sunlake";
const own = (place) => ({ ...process.env, XDG_DATA_HOME: place });

export function launch(more = []) {
  const quiet = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: [...quiet, ...more] });
}

/** Starts the program with its keys in `place`; resolves when it tells its address. */
export async function start(place, args) {
  const child = spawn(program, args, { env: own(place), stdio: ["ignore", "pipe", "inherit"] });
  const address = await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error("no address within 120 s")), 120_000);
    child.stdout.on("data", (text) => {
      const address = String(text).match(/http:\/\/\S+/);
      if (address) resolve((clearTimeout(late), address[0]));
    });
    child.on("exit", (code) => reject(new Error(`the program ended with ${code}`)));
  });
  return [child, address];
}

/** Stops it as an operator does; the exit code. */
export async function stop(child) {
  if (!child || child.exitCode !== null) return child?.exitCode;
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  return Promise.race([ended, new Promise((resolve) => setTimeout(() => resolve("still running after 15 s"), 15_000))]);
}

/** Runs one command to its end, which must be a good one; what it printed. */
export function run(place, args) {
  const done = spawnSync(program, args, { env: own(place), encoding: "utf8", maxBuffer: 1 << 26 });
  assert.equal(done.status, 0, `${args.join(" ")}: ${done.stderr}`);
  return done.stdout;
}
