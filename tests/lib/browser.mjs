/**
 * A headless Chromium and what it does on the network.
 *
 * In scope: launch, contexts with a record of every request, long tasks and page errors. Out of scope: pages.
 */
import { chromium } from "playwright-core";

/** Quiet flags: without them Chromium itself talks to the network. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Consent banners and the widget hide from automated browsers; a visitor is not one.
  "--disable-blink-features=AutomationControlled",
];

/** Longest wait for anything on a page: more than a busy machine needs, since only a test that fails waits so long. */
export const WAIT_MS = 40_000;

/** @returns {Promise<import("playwright-core").Browser>} */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM_BIN ?? "/usr/bin/chromium",
    headless: true,
    args: FLAGS,
    timeout: 60_000,
  });
}

/**
 * One person's browser: cookies and storage of its own, and a record of what it did.
 *
 * @param {import("playwright-core").Browser} browser
 * @param {object} [options] of the context, for example `{locale: "de-DE"}`
 */
export async function visitor(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, ...options });
  context.setDefaultTimeout(WAIT_MS);
  context.setDefaultNavigationTimeout(WAIT_MS * 2);
  const seen = { requests: [], errors: [] };
  context.on("request", (request) => {
    seen.requests.push({ method: request.method(), url: request.url(), body: request.postData() ?? "", at: Date.now() });
  });
  context.on("weberror", (error) => seen.errors.push(String(error.error())));
  await context.addInitScript(() => {
    globalThis.longTasks = [];
    try {
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) globalThis.longTasks.push(Math.round(entry.duration));
      }).observe({ type: "longtask", buffered: true });
    } catch {
      // Not every browser measures long tasks.
    }
  });
  return {
    context,
    seen,
    page: await context.newPage(),
    /** Requests to an origin since a moment. */
    requestsTo: (origin, since = 0) => seen.requests.filter((request) => request.at >= since && request.url.startsWith(`${origin}/`)),
  };
}

/** Everything that a page's origin keeps in the browser, by kind. */
export async function stored(page) {
  const cookies = await page.context().cookies();
  const rest = await page.evaluate(async () => ({
    local: Object.fromEntries(Object.entries(localStorage)),
    session: Object.fromEntries(Object.entries(sessionStorage)),
    databases: (await indexedDB.databases()).map(({ name }) => name),
    caches: await caches.keys(),
  }));
  return { cookies: cookies.map(({ name }) => name), ...rest };
}

/**
 * Repeats a question until it is answered.
 *
 * @template T
 * @param {string} what for the message when the time is up
 * @param {() => Promise<T> | T} ask answers nothing (or throws) while the answer is no
 * @param {number} [timeoutMs]
 * @returns {Promise<T>}
 */
export async function eventually(what, ask, timeoutMs = WAIT_MS) {
  const end = Date.now() + timeoutMs;
  let last;
  for (;;) {
    try {
      const answer = await ask();
      if (answer) return answer;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) throw new Error(`not within ${timeoutMs} ms: ${what}${last ? ` (${last.message})` : ""}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Lets time pass where the point is that nothing happens. */
export const quiet = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
