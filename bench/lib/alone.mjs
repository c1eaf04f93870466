/**
 * A Worker in workerd alone, as little around it as on Cloudflare's machines.
 *
 * Miniflare sends each outgoing request through a Worker of its own, in the same process: a quarter of a millisecond of
 * CPU for each, which no deployment pays, and three of them for whoever makes three reads. In scope: the configuration
 * of one environment of `wrangler.toml` as workerd wants it. Out of scope: rate limiters and the cache, which workerd
 * has no stand-in for.
 */
import { copyFile, mkdir, readdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { unstable_getVarsForDev, unstable_readConfig } from "wrangler";
import { start } from "../../tests/lib/child.mjs";
import { ROOT } from "../../tests/lib/paths.mjs";

const START_TIMEOUT_MS = 60_000;
const ENVIRONMENT = "demo";
const { resolve } = createRequire(import.meta.url);

/**
 * @param {string} folder an empty one, for the configuration
 * @param {{vars?: object, main?: string}} options values that replace the environment's, and another Worker's entry; the
 *   edge's has the modules beside it, and its Durable Objects
 * @returns {Promise<{child: object, url: URL, pid: number}>}
 */
export async function serveAlone(folder, { vars = {}, main }) {
  const config = join(ROOT, "wrangler.toml");
  const settings = unstable_readConfig({ config, env: ENVIRONMENT }, { hideWarnings: true });
  const known = Object.entries(unstable_getVarsForDev(config, undefined, settings.vars, ENVIRONMENT, true)).map(([name, { value }]) => [name, value]);
  const modules = await copied(main ?? settings.main, folder);
  const objects = main ? [] : settings.durable_objects.bindings;
  const path = join(folder, "workerd.capnp");
  await writeFile(path, configuration(settings, modules, objects, { ...Object.fromEntries(known), ...vars }));
  const { default: workerd } = createRequire(resolve("miniflare"))("workerd");
  const child = start(workerd, ["serve", "--experimental", "--control-fd=1", path]);
  const [, port] = await child.line(/"event":"listen","socket":"http","port":(\d+)/, START_TIMEOUT_MS);
  return { child, url: new URL(`http://127.0.0.1:${port}`), pid: child.process.pid };
}

/** The entry and the compiled modules beside it; workerd reads only what lies below its configuration. */
async function copied(main, folder) {
  await mkdir(folder, { recursive: true });
  const compiled = (await readdir(dirname(main))).filter((name) => name.endsWith(".wasm"));
  const names = [basename(main), ...compiled];
  await Promise.all(names.map((name) => copyFile(join(dirname(main), name), join(folder, name))));
  return names;
}

function configuration(settings, modules, objects, bindings) {
  const list = (items) => `[${items.join(", ")}]`;
  const kinds = modules.map((name) => `(name = ${literal(name)}, ${name.endsWith(".wasm") ? "wasm" : "esModule"} = embed ${literal(name)})`);
  const values = Object.entries(bindings).map(([name, value]) =>
    typeof value === "string" ? `(name = ${literal(name)}, text = ${literal(value)})` : `(name = ${literal(name)}, json = ${literal(JSON.stringify(value))})`,
  );
  const classes = objects.map(({ name, class_name: of }) => ({
    binding: `(name = ${literal(name)}, durableObjectNamespace = ${literal(of)})`,
    namespace: `(className = ${literal(of)}, uniqueKey = ${literal(of)}, enableSql = true)`,
  }));
  const storage = classes.length > 0 ? `durableObjectNamespaces = ${list(classes.map(({ namespace }) => namespace))}, durableObjectStorage = (inMemory = void),` : "";
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker), (name = "internet", network = (allow = ["public", "private", "local"]))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = ${list(kinds)},
  bindings = ${list([...values, ...classes.map(({ binding }) => binding)])},
  compatibilityDate = ${literal(settings.compatibility_date)},
  compatibilityFlags = ${list(settings.compatibility_flags.map(literal))},
  ${storage}
);
`;
}

/** A text of Cap'n Proto's language. */
function literal(text) {
  const isPlain = (byte) => byte >= 32 && byte < 127 && byte !== 34 && byte !== 92;
  const bytes = [...Buffer.from(text)].map((byte) => (isPlain(byte) ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`));
  return `"${bytes.join("")}"`;
}
