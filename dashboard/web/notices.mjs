// Names what is in a bundle, with its licence: `node notices.mjs META` reads what esbuild tells of it.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const inputs = Object.keys(JSON.parse(readFileSync(process.argv[2], "utf8")).inputs);
const names = inputs.map((path) => path.match(/node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.[1]).filter(Boolean);
console.log("editor.min.js is made of dashboard/web/editor.js (Apache-2.0, as the rest of Sunlake) and of these packages from npm.\n");
for (const name of [...new Set(names)].sort()) {
  const folder = join("node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = ["LICENSE", "LICENSE.md", "LICENSE.txt"].map((file) => join(folder, file)).find(existsSync);
  if (!file || !license) throw new Error(`${name} does not say its licence`);
  console.log(`== ${name} ${version} (${license})\n\n${readFileSync(file, "utf8").trim()}\n`);
}
