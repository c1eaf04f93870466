/**
 * What a chat costs a page before anybody uses it: none, the vendor's snippet, an idle loader, and the bridge.
 *
 * In scope: blocking time, largest paint, layout shift, bytes and requests of the demo shop's home page, production
 * build, on a throttled phone; median of interleaved visits. Out of scope: building (`cargo xtask bench page` builds
 * and then runs this), how a visit is measured (`page/measure.mjs`), what is compared (`page/variants.mjs`).
 * RUNS changes the number of visits to each variant.
 */
import { startShop } from "../tests/e2e/demo.mjs";
import { launch } from "../tests/lib/browser.mjs";
import { freePort } from "../tests/lib/free-port.mjs";
import { startStack } from "../tests/worker/harness.mjs";
import { runIfMain } from "./lib/main.mjs";
import { publish } from "./lib/report.mjs";
import { startFront } from "./page/front.mjs";
import { agree, measure } from "./page/measure.mjs";
import { ownersOf } from "./page/owners.mjs";
import { report } from "./page/report.mjs";
import { startStandIn } from "./page/stand-in.mjs";
import { VARIANTS } from "./page/variants.mjs";

const RUNS = Number(process.env.RUNS ?? 5);
const START_TIMEOUT_MS = 60_000;

const say = (text) => process.stdout.write(`${text}\n`);
const stops = [];
await runIfMain(import.meta.url, main, stops);

async function main() {
  say("· starting emulators, Worker and shops …");
  const world = await startWorld();
  const browser = await launch();
  stops.push(() => browser.close());
  // Also the first visit to each server, which is not measured.
  const cookies = await agree(browser, world.pages[0].url);
  for (const page of world.pages) await (await fetch(page.url, { headers: { accept: "text/html" } })).text();
  const costs = new Map(VARIANTS.map((variant) => [variant.name, []]));
  for (let run = 1; run <= RUNS; run += 1) {
    // Another one begins each time, so that none always follows the same.
    const begin = run % world.pages.length;
    for (const { variant, url } of [...world.pages.slice(begin), ...world.pages.slice(0, begin)]) {
      const cost = await measure(browser, {
        url,
        cookies: variant.consent ? cookies : [],
        chatOrigins: world.chatOrigins,
        loads: variant.loads,
        click: variant.mode === "interaction",
      });
      costs.get(variant.name).push(cost);
      say(`  run ${run}, ${variant.name}: ${cost.tbt.toFixed(0)} ms blocked, ${cost.lcp.toFixed(0)} ms LCP, ${(cost.bytes / 1000).toFixed(0)} kB, watched ${(cost.watched / 1000).toFixed(1)} s${variant.loads ? `, chat ${cost.chat ? "loaded" : "NOT loaded"}` : ""}`);
    }
  }
  const paths = (withBridge) => VARIANTS.filter(({ mode }) => Boolean(mode) === withBridge).flatMap(({ name }) => costs.get(name).flatMap((cost) => cost.paths));
  const ownerOf = ownersOf({ withBridge: paths(true), without: paths(false), tidio: world.tidioOrigin });
  await publish("page", report(costs, RUNS, ownerOf), { title: "What a chat costs the page" });
}

/** Everything that serves: one page per variant, and the origins that a chat talks to. */
async function startWorld() {
  const standIn = await startStandIn();
  stops.push(() => standIn.stop());
  const edgePort = await freePort();
  const edgeUrl = `http://localhost:${edgePort}`;
  const ports = new Map();
  for (const { name } of VARIANTS) ports.set(name, await freePort());
  const origins = [...ports.values()].map((port) => `http://localhost:${port}`);
  let publicKey;
  const stack = await startStack({
    port: edgePort,
    change: (bridge) => {
      bridge.identity.audience = edgeUrl;
      for (const store of Object.values(bridge.stores)) store.origins = origins;
      for (const project of Object.values(bridge.tidio)) project.script_origin = standIn.url;
      publicKey = bridge.tidio[bridge.stores.de.tidio].public_key;
    },
  });
  stops.push(() => stack.stop());
  standIn.upstream = stack.tidio.url;

  const shops = new Map();
  for (const mode of new Set(VARIANTS.map((variant) => variant.mode))) shops.set(mode, await startOneShop({ mode, edgeUrl, stack }));
  const pages = [];
  for (const variant of VARIANTS) {
    const markup = variant.markup?.({ standIn: standIn.url, publicKey });
    const front = await startFront({ port: ports.get(variant.name), upstream: shops.get(variant.mode), markup });
    stops.push(() => front.stop());
    pages.push({ variant, url: `${front.url}/` });
  }
  return { pages, chatOrigins: [edgeUrl, standIn.url], tidioOrigin: standIn.url };
}

/** The shop in one mode of the bridge; none is a shop without it. Answers its origin. */
async function startOneShop({ mode, edgeUrl, stack }) {
  const shopPort = await freePort();
  const shopUrl = `http://localhost:${shopPort}`;
  const shop = startShop({
    shopUrl,
    shopPort,
    commerceUrl: stack.commercetools.url,
    ...(mode && { edgeUrl }),
    // Pasted snippets have no nonce.
    env: { SHOP_CSP: "off", ...(mode && { BRIDGE_MODE: mode }) },
  });
  stops.push(() => shop.stop());
  await shop.line(/Ready in|ready/i, START_TIMEOUT_MS);
  return shopUrl;
}
