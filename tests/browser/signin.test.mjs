// Signing in at a real provider: code flow with PKCE, as a browser follows it.
import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { run, start, stop } from "./program.mjs";
import { provide } from "./provider.mjs";

const place = mkdtempSync(join(tmpdir(), "sunlake-signin-"));
const secret = "b7c1f0d4a9e2436f8d55";
let child, at, provider;

/** A port that nobody listens on just now: the provider has to know the address beforehand. */
async function free() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

before(async () => {
  const lake = join(place, "lake");
  const cases = join(place, "workflow_case_20180516T100000.csv");
  writeFileSync(cases, "case_no,data_version,item_id,item_version,case_kind,village_code,applicant_id,apply_channel,agent_id,is_agent_assisted,org_code,statutory_limit,statutory_unit,promised_limit,promised_unit,visits_count,entry_mode,recorded_at\nC1,1,SI001,1,PROMISED,450521101201,TEST000000000000001,1,A1,true,450521-MZ,20,WD,5,WD,1,LIVE,2018-05-16 09:00:00\n");
  run(place, ["ingest", "workflow_case", cases, "--lake", lake]);
  const address = `http://127.0.0.1:${await free()}`;
  provider = await provide({ id: "sunlake", secret, back: `${address}/login/back` });
  const file = join(place, "oidc.secret");
  writeFileSync(file, secret);
  chmodSync(file, 0o600);
  const config = join(place, "sunlake.toml");
  writeFileSync(config, `[accounts]\nenabled = true\n[oidc]\nissuer = "${provider.issuer}"\nname = "City"\nclient_id = "sunlake"\nclient_secret_file = "${file}"\naddress = "${address}"\n[[oidc.group]]\nname = "leaders"\nrole = "leader"\nscope = "region:450521"\n`);
  [child, at] = await start(place, ["serve", "--lake", lake, "--config", config, "--listen", address.slice(7)]);
});

after(async () => {
  await stop(child);
  await provider?.stop();
  rmSync(place, { recursive: true, force: true });
});

/** A browser without pages: it keeps cookies by host, and follows nothing by itself. */
class Browser {
  jars = new Map();

  async get(address) {
    const { host } = new URL(address);
    const jar = this.jars.get(host) ?? new Map();
    this.jars.set(host, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await fetch(address, { redirect: "manual", headers: cookie ? { cookie } : {} });
    for (const set of answer.headers.getSetCookie()) {
      const [, name, value] = set.match(/^([^=]+)=([^;]*)/);
      if (value) jar.set(name, value);
      else jar.delete(name);
    }
    return answer;
  }

  /** Follows until it would come back to the program; that address. */
  async throughProvider(next) {
    let answer = await this.get(`${at}/login/provider?next=${encodeURIComponent(next)}`);
    assert.equal(answer.status, 303);
    for (let step = 0; step < 10; step += 1) {
      const to = new URL(answer.headers.get("location"), provider.issuer).href;
      if (to.startsWith(at)) return to;
      answer = await this.get(to);
      assert.ok([302, 303].includes(answer.status), `${answer.status}: ${await answer.clone().text()}`);
    }
    throw new Error("the provider does not lead back");
  }
}

const accounts = () => JSON.parse(run(place, ["user", "list", "--json"]));

test("who is in a group gets its role and scope, and the account is bound to whom the provider means", async () => {
  assert.match(await (await fetch(`${at}/login`)).text(), /href="\/login\/provider/);
  provider.be({ sub: "7", preferred_username: "zhang.san", groups: ["all", "leaders"] });
  const browser = new Browser();
  const back = await browser.throughProvider("/cards");
  const answer = await browser.get(back);
  assert.equal(answer.headers.get("location"), "/cards");
  assert.equal((await browser.get(`${at}/cards`)).status, 200);
  const [account] = accounts();
  assert.deepEqual([account.account, account.role, account.scope, account.origin], ["zhang.san", "leader", "region:450521", "provider"]);
  // Once.
  assert.equal((await browser.get(back)).status, 401);
  // Another who would like to be called so is another.
  provider.be({ sub: "8", preferred_username: "zhang.san", groups: ["leaders"] });
  const other = new Browser();
  assert.equal((await other.get(await other.throughProvider("/"))).status, 303);
  assert.equal(accounts().length, 2);
  // Shut out here, whatever the provider says.
  run(place, ["user", "disable", "zhang.san"]);
  assert.equal((await browser.get(`${at}/cards`)).status, 303);
  provider.be({ sub: "7", preferred_username: "zhang.san", groups: ["leaders"] });
  const again = new Browser();
  assert.equal((await again.get(await again.throughProvider("/"))).status, 403);
});

test("nobody comes in by another's sign-in, without a group, or with a code of his own making", async () => {
  provider.be({ sub: "9", preferred_username: "li.si", groups: ["all"] });
  const stranger = new Browser();
  assert.equal((await stranger.get(await stranger.throughProvider("/"))).status, 403);
  provider.be({ sub: "7", preferred_username: "zhang.san", groups: ["leaders"] });
  const back = await new Browser().throughProvider("/");
  assert.equal((await new Browser().get(back)).status, 401, "in another browser");
  const guess = new Browser();
  const state = new URL(await guess.throughProvider("/")).searchParams.get("state");
  assert.equal((await guess.get(`${at}/login/back?code=made-up&state=${state}`)).status, 401);
  assert.equal((await guess.get(`${at}/login/back?error=access_denied`)).status, 401);
  const refused = JSON.parse(run(place, ["audit", "list", "--json"])).filter((entry) => entry.action === "login_refused");
  assert.ok(refused.some((entry) => entry.fields.why === "no role") && refused.some((entry) => entry.fields.why === "provider"));
  run(place, ["audit", "verify"]);
});
