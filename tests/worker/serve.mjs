/**
 * The built Worker in real workerd, in a process of its own so that it can be killed.
 *
 * In scope: everything that `wrangler.toml` says about one environment, with the overrides of the test.
 * Out of scope: building the Worker; `cargo xtask build worker` does.
 * Reads `{env, vars, secrets, port, persist, main, flags}` as JSON from the variable `WORKER_OPTIONS`, prints one
 * line with the address, then the Worker's own log, and runs until it is stopped. `main` and `flags` put another
 * Worker under the same configuration, for comparison; `direct` leaves out Miniflare's own entry,
 * `without` names options of Miniflare, such as `ratelimits`, to leave out; `limits` replaces a rate limit's count by
 * the binding's name; `metrics` binds an Analytics Engine dataset and logs what is written to it; `sparePages` lets
 * the module's memory end so many pages after those that it begins with.
 */
import { Miniflare, convertV4MiniflareOptions } from "miniflare";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { unstable_getMiniflareWorkerOptions, unstable_getVarsForDev, unstable_readConfig } from "wrangler";
import { ROOT } from "../lib/paths.mjs";
import { withMemory } from "./memory.mjs";

const {
  env,
  vars = {},
  secrets = {},
  port = 0,
  persist,
  flags = [],
  direct = false,
  without = [],
  limits = {},
  metrics = false,
  sparePages,
  config = `${ROOT}/wrangler.toml`,
  ...given
} = JSON.parse(process.env.WORKER_OPTIONS);

const settings = unstable_readConfig({ config, env }, { hideWarnings: true });
const main = given.main ?? settings.main;
if (!main || !existsSync(main)) throw new Error(`${main} is missing: run \`cargo xtask build worker\` first`);
// Secrets first, the test's own values last: the same order in which wrangler reads them.
const bindings = Object.fromEntries(
  Object.entries(unstable_getVarsForDev(config, undefined, settings.vars, env, true)).map(([name, { value }]) => [name, value]),
);
const { workerOptions } = unstable_getMiniflareWorkerOptions({ ...settings, vars: {} }, env);
for (const [name, limit] of Object.entries(limits)) workerOptions.ratelimits[name].simple.limit = limit;
const miniflare = new Miniflare(
  convertV4MiniflareOptions({
    host: "127.0.0.1",
    port,
    unsafeTriggerHandlers: true,
    resourcePersistencePath: persist,
    workers: [
      {
        ...workerOptions,
        bindings: withoutUndefined({ ...workerOptions.bindings, ...bindings, ...vars, ...secrets }),
        modules: metrics ? metered(main) : modulesOf(main),
        ...(metrics && { analyticsEngineDatasets: { METRICS: { dataset: "bridge" } } }),
        modulesRoot: dirname(main),
        compatibilityFlags: [...(workerOptions.compatibilityFlags ?? []), ...flags],
        ...(given.main && { durableObjects: {} }),
        ...Object.fromEntries(without.map((option) => [option, undefined])),
        ...(direct && { unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }] }),
      },
    ],
  }),
);

await miniflare.ready;
const url = direct ? await miniflare.unsafeGetDirectURL() : await miniflare.ready;
process.stdout.write(`worker listening on ${url.origin}\n`);
for (const signal of ["SIGTERM", "SIGINT"]) {
  process.on(signal, () => miniflare.dispose().finally(() => process.exit(0)));
}

/** The entry and the compiled module beside it, as worker-build leaves them. */
function modulesOf(main) {
  const folder = dirname(main);
  const wasm = readdirSync(folder).filter((name) => name.endsWith(".wasm"));
  return [
    { type: "ESModule", path: main },
    ...wasm.map((name) => join(folder, name)).map((path) => ({
      type: "CompiledWasm",
      path,
      ...(sparePages && { contents: withMemory(readFileSync(path), sparePages) }),
    })),
  ];
}

/**
 * The same under an entry that passes each data point on to Miniflare's dataset, which keeps nothing, and logs it.
 */
function metered(main) {
  const { durable_objects: { bindings: objects } } = settings;
  const recorder = `(env) => Object.create(env, { METRICS: { value: { writeDataPoint(point) {
    env.METRICS.writeDataPoint(point);
    console.log("data point " + JSON.stringify(point));
  } } } })`;
  const classes = objects.map(({ class_name: name }) => `export class ${name} extends original.${name} {
    constructor(state, env) { super(state, recorded(env)); }
  }`);
  const contents = [`import * as original from "./${basename(main)}";`, `const recorded = ${recorder};`, ...classes, "export default original.default;"].join("\n");
  return [{ type: "ESModule", path: join(dirname(main), "metered.mjs"), contents }, ...modulesOf(main)];
}

/** A test takes a value away by giving `null`, which JSON can carry. */
function withoutUndefined(values) {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined));
}
