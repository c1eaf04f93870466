/**
 * One visit of one page on a throttled phone, and what it cost until nobody has touched anything.
 *
 * The DevTools protocol and not Lighthouse, for three reasons: the observation lasts until the chat has come
 * (Lighthouse stops once the network has been quiet, often before an idle loader begins, and would call it free);
 * throttling is applied and not simulated, so that what a script really waits for counts; and nothing but the
 * browser has to be installed. The throttling is Lighthouse's for phones.
 */

/** Lighthouse's "slow 4G" as it is applied through DevTools, and its slowdown of a phone's processor. */
const NETWORK = { offline: false, latency: 562.5, downloadThroughput: (1_638.4 * 0.9 * 1_024) / 8, uploadThroughput: (750 * 0.9 * 1_024) / 8 };
export const CPU_SLOWDOWN = 4;

/** A middle-class phone. */
const PHONE = { viewport: { width: 412, height: 823 }, deviceScaleFactor: 1.75, isMobile: true, hasTouch: true, locale: "de-DE" };

/**
 * How long a page is watched after its load event. One that is to load a chat is watched until the chat is there and
 * nothing has been requested for `QUIET_MS`, at the latest for `WATCH_MS`: an idle loader counts only idle slots of
 * full length, so on this slow processor it begins some 14 s after the load event, not 5, and on a busy machine after
 * half a minute. One that loads none is watched for `WATCH_NOTHING_MS`, in which nothing more can begin.
 */
export const WATCH_MS = 75_000;
export const WATCH_NOTHING_MS = 20_000;
export const QUIET_MS = 4_000;
/** Longest wait for the load event, and for a click's chat. */
const LOAD_TIMEOUT_MS = 90_000;

/** Shorter tasks block nobody; what a task takes longer is its blocking time. */
export const LONG_TASK_MS = 50;

/**
 * @typedef {object} Cost
 * @property {number} fcp first contentful paint, ms
 * @property {number} lcp largest contentful paint, ms
 * @property {number} tbt blocking time: what tasks after the first paint took beyond 50 ms each, ms
 * @property {number} longTasks number of those tasks
 * @property {{url: string, ms: number}[]} scripts what ran in frames longer than 50 ms after the first paint, by script
 * @property {number} cls layout shift, the largest session window
 * @property {number} requests that left the page
 * @property {number} bytes received, headers included
 * @property {number} chatRequests of them, to the edge and to Tidio
 * @property {string[]} paths of the scripts that were requested
 * @property {boolean} chat whether the widget's interface was there at the end
 * @property {number} watched how long the page was watched after its load event, ms
 * @property {string[]} stored names in local and session storage and cookies, other than the consent banner's
 */

/**
 * Visits a page with an empty cache.
 *
 * @param {import("playwright-core").Browser} browser
 * @param {{url: string, cookies: object[], chatOrigins: string[], loads?: boolean, click?: boolean}} visit `loads` says
 *   that a chat is to come, `click` uses the launcher at the end
 * @returns {Promise<Cost & {click?: number}>} `click`: ms from the click to a ready chat
 */
export async function measure(browser, { url, cookies, chatOrigins, loads = false, click = false }) {
  const context = await browser.newContext(PHONE);
  try {
    await context.addCookies(cookies);
    await context.addInitScript(observe, LONG_TASK_MS);
    const page = await context.newPage();
    const network = await throttle(page);
    await page.goto(url, { waitUntil: "load", timeout: LOAD_TIMEOUT_MS });
    const isChat = (one) => chatOrigins.some((origin) => one.startsWith(`${origin}/`));
    const watched = await watch(network, loads && (() => network.requests.some(isChat)));
    const seen = await page.evaluate(() => globalThis.bench.read());
    const paths = network.requests.filter((one) => !isChat(one) && one.endsWith(".js")).map((one) => new URL(one).pathname);
    const cost = { ...seen, watched, paths, requests: network.requests.length, bytes: network.bytes, chatRequests: network.requests.filter(isChat).length };
    return click ? { ...cost, click: await clickLauncher(page) } : cost;
  } finally {
    await context.close();
  }
}

/**
 * Waits as the constants above say; `begun` tells whether the chat has begun to load. Looks at the network from
 * outside: a question to the page would cost it idle time.
 */
async function watch(network, begun) {
  const from = Date.now();
  const most = begun ? WATCH_MS : WATCH_NOTHING_MS;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const watched = Date.now() - from;
    if (watched > most || (begun && begun() && Date.now() - network.last > QUIET_MS)) return watched;
  }
}

async function throttle(page) {
  const network = { requests: [], bytes: 0, last: Date.now() };
  const session = await page.context().newCDPSession(page);
  session.on("Network.requestWillBeSent", ({ request }) => {
    if (!/^https?:/.test(request.url)) return;
    network.requests.push(request.url);
    network.last = Date.now();
  });
  session.on("Network.loadingFinished", ({ encodedDataLength }) => {
    network.bytes += encodedDataLength;
    network.last = Date.now();
  });
  await session.send("Network.enable");
  await session.send("Network.emulateNetworkConditions", NETWORK);
  await session.send("Emulation.setCPUThrottlingRate", { rate: CPU_SLOWDOWN });
  return network;
}

/** Runs in the page before everything else and keeps what the browser reports. */
function observe(longTaskMs) {
  const entries = { longtask: [], "long-animation-frame": [], "layout-shift": [], "largest-contentful-paint": [], paint: [] };
  for (const type of Object.keys(entries)) {
    new PerformanceObserver((list) => entries[type].push(...list.getEntries())).observe({ type, buffered: true });
  }
  /** Shifts with less than a second between them, and five seconds in all, are one window; the largest counts. */
  const layoutShift = (shifts) => {
    let [largest, sum, first, last] = [0, 0, 0, 0];
    for (const { value, startTime, hadRecentInput } of shifts) {
      if (hadRecentInput) continue;
      const isNew = startTime - last > 1000 || startTime - first > 5000;
      if (isNew) [sum, first] = [0, startTime];
      sum += value;
      last = startTime;
      largest = Math.max(largest, sum);
    }
    return largest;
  };
  const names = () => [...Object.keys(localStorage), ...Object.keys(sessionStorage), ...document.cookie.split("; ").map((pair) => pair.split("=")[0])];
  globalThis.bench = {
    read() {
      const fcp = entries.paint.find(({ name }) => name === "first-contentful-paint")?.startTime ?? 0;
      const long = entries.longtask.filter(({ startTime, duration }) => startTime + duration > fcp);
      return {
        fcp,
        lcp: entries["largest-contentful-paint"].at(-1)?.startTime ?? 0,
        tbt: long.reduce((sum, { duration }) => sum + duration - longTaskMs, 0),
        longTasks: long.length,
        scripts: entries["long-animation-frame"]
          .flatMap(({ scripts }) => scripts)
          .filter(({ startTime }) => startTime > fcp)
          .map(({ sourceURL, duration }) => ({ url: sourceURL, ms: duration })),
        chat: Boolean(globalThis.tidioChatApi),
        cls: layoutShift(entries["layout-shift"]),
        stored: names().filter((name) => name && !name.startsWith("cc_")),
      };
    },
  };
}

async function clickLauncher(page) {
  const button = page.locator("#commercetools-tidio-launcher button");
  const begin = Date.now();
  await button.click();
  await page.waitForFunction(() => document.documentElement.dataset.bridgeState === "ready", undefined, { timeout: LOAD_TIMEOUT_MS });
  return Date.now() - begin;
}

/** The cookies of a visitor who has agreed to everything in the shop's banner. */
export async function agree(browser, url) {
  const context = await browser.newContext(PHONE);
  try {
    const page = await context.newPage();
    await page.goto(url);
    await page.locator('#cc-main .cm button[data-role="all"]').click();
    const end = Date.now() + LOAD_TIMEOUT_MS;
    for (;;) {
      const cookies = (await context.cookies()).filter(({ name }) => name === "cc_cookie");
      if (cookies.length > 0) return cookies;
      if (Date.now() > end) throw new Error("the banner's answer was not kept");
      await page.waitForTimeout(50);
    }
  } finally {
    await context.close();
  }
}
