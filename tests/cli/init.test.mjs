/** `init` in an empty folder with the package installed: wrangler takes what it writes, and the Worker starts from it. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { unstable_readConfig } from "wrangler";
import { start } from "../lib/child.mjs";
import { ROOT } from "../lib/paths.mjs";
import { command } from "./program.mjs";

const SERVE = fileURLToPath(new URL("../worker/serve.mjs", import.meta.url));
const run = promisify(execFile);
let folder;
before(async () => {
  if (!existsSync(`${ROOT}/npm/dist/worker/index.js`)) throw new Error("npm/dist/worker is missing: run `cargo xtask build package` first");
  folder = await mkdtemp(join(tmpdir(), "bridge-init-"));
  await mkdir(join(folder, "node_modules"));
  await symlink(`${ROOT}/npm`, join(folder, "node_modules/commercetools-tidio"));
  const done = await command(["init", "--edge", "https://b.shop.example", "--project-key", "my-shop", "--public-key", "a".repeat(32), "--store", "de", "--origin", "https://shop.example"], {}, { cwd: folder });
  assert.equal(done.code, 0, done.err);
});
after(() => folder && rm(folder, { recursive: true, force: true }));

test("it says what the repository's own configuration says", () => {
  const read = (config) => unstable_readConfig({ config, env: "production" }, { hideWarnings: true });
  const [mine, theirs] = [read(`${ROOT}/wrangler.toml`), read(join(folder, "wrangler.toml"))];
  for (const member of ["name", "compatibility_date", "compatibility_flags", "durable_objects", "triggers", "migrations", "ratelimits", "observability"]) {
    assert.deepEqual(theirs[member], mine[member], member);
  }
});

test("wrangler bundles it", async () => {
  const wrangler = `${ROOT}/node_modules/wrangler/bin/wrangler.js`;
  const { stdout } = await run(process.execPath, [wrangler, "deploy", "--dry-run", "--outdir", "out", "--env", "production"], {
    cwd: folder,
    env: { ...process.env, WRANGLER_SEND_METRICS: "false", CI: "1" },
  });
  assert.match(stdout, /Total Upload: .* gzip: /);
  assert.match(stdout, /TIDIO_PROJECT/);
});

test("the Worker starts from it, and misses nothing but its secrets", async () => {
  const options = { env: "production", config: join(folder, "wrangler.toml"), persist: join(folder, "state") };
  const worker = start(process.execPath, [SERVE], { cwd: ROOT, env: { WORKER_OPTIONS: JSON.stringify(options) } });
  try {
    const [, url] = await worker.line(/^worker listening on (http:\/\/\S+)/, 60_000);
    const { problems } = await (await fetch(`${url}/readyz`)).json();
    assert.ok(problems.length > 0);
    for (const { path } of problems) assert.match(path, /^secrets\./, JSON.stringify(problems));
  } finally {
    await worker.stop();
  }
});
