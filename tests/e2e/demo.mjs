/**
 * The whole demo on free ports: emulators, Worker and the built shop.
 *
 * In scope: starting and stopping them together. Out of scope: building; `cargo xtask build shop` does.
 */
import { existsSync } from "node:fs";
import { start } from "../lib/child.mjs";
import { freePort } from "../lib/free-port.mjs";
import { ROOT } from "../lib/paths.mjs";
import { DEMO_KEY } from "../worker/tokens.mjs";
import { startStack } from "../worker/harness.mjs";

const SHOP = `${ROOT}/demo-storefront`;
const START_TIMEOUT_MS = 60_000;

/**
 * @param {{change?: (bridge: object) => void}} [options] `change` edits the Worker's configuration in place
 * @returns {Promise<{stack: object, shopUrl: string, edgeUrl: string, stop(): Promise<void>}>}
 */
export async function startDemo({ change } = {}) {
  if (!existsSync(`${SHOP}/.next/BUILD_ID`)) throw new Error("the shop is not built: run `cargo xtask build shop` first");
  const [edgePort, shopPort] = [await freePort(), await freePort()];
  const [edgeUrl, shopUrl] = [edgePort, shopPort].map((port) => `http://localhost:${port}`);
  const stack = await startStack({
    port: edgePort,
    change: (bridge) => {
      bridge.identity.audience = edgeUrl;
      for (const store of Object.values(bridge.stores)) store.origins = [shopUrl];
      change?.(bridge);
    },
  });
  const shop = startShop({ shopUrl, shopPort, edgeUrl, commerceUrl: stack.commercetools.url, tidioUrl: stack.tidio.url });
  const stop = () => Promise.all([shop.stop(), stack.stop()]);
  try {
    await shop.line(/Ready in|ready/i, START_TIMEOUT_MS);
  } catch (error) {
    await stop();
    throw error;
  }
  return { stack, shopUrl, edgeUrl, stop };
}

/**
 * The built shop on a port. Without `edgeUrl` it has no chat; `env` adds to its environment or replaces it.
 *
 * @param {{shopUrl: string, shopPort: number, commerceUrl: string, edgeUrl?: string, tidioUrl?: string, env?: Record<string, string>}} settings
 */
export function startShop({ shopUrl, shopPort, commerceUrl, edgeUrl = "", tidioUrl = "", env = {} }) {
  return start(process.execPath, [`${ROOT}/node_modules/next/dist/bin/next`, "start", "--port", String(shopPort)], {
    cwd: SHOP,
    env: {
      NEXT_TELEMETRY_DISABLED: "1",
      SHOP_URL: shopUrl,
      SHOP_DEMO: "1",
      SHOP_CSP: "enforce",
      CHAT_ORIGINS: tidioUrl,
      CTP_PROJECT_KEY: "demo-shop",
      CTP_API_URL: commerceUrl,
      CTP_AUTH_URL: commerceUrl,
      CTP_CLIENT_ID: "demo-shop-backend",
      CTP_CLIENT_SECRET: "demo-shop-backend-secret",
      SESSION_SECRET: "test-session-secret-0123456789abcdef0123456789",
      BRIDGE_EDGE_URL: edgeUrl,
      BRIDGE_KEY_ID: DEMO_KEY.kid,
      IDENTITY_KEY_DEMO_1: DEMO_KEY.secret,
      ...env,
    },
  });
}
