/**
 * What the package costs a page before anybody uses the chat: no task of 50 ms is its script's.
 *
 * The browser says which script ran in a long frame. In scope: this page, on which everything but the widget is ours;
 * at the machine's own speed, and at its quietest. Out of scope: figures on a slow phone, which `cargo xtask bench page` prints.
 */
import { describe, expect, it } from "vitest";
import { shop } from "./setup.js";
import type { Visit } from "./shop.js";

/** Longer tasks keep a shopper's tap waiting. */
const LONG_TASK_MS = 50;

interface Ran {
  url: string;
  ms: number;
}

/** A script that takes this long takes it each time; what the machine held up for another program does not. */
const TRIES = 5;

/** Long tasks of scripts below `path` while `use` opens and uses a page: those of the try that had the fewest. */
async function longTasks(path: string, use: (there: Visit) => Promise<void>): Promise<Ran[]> {
  let fewest: Ran[] | undefined;
  for (let tries = 0; tries < TRIES && fewest?.length !== 0; tries++) {
    const there = await shop.visit();
    await there.context.addInitScript(`
      window.__ran = [];
      new PerformanceObserver((list) => {
        for (const { scripts } of list.getEntries()) for (const { sourceURL, duration } of scripts) __ran.push({ url: sourceURL, ms: duration });
      }).observe({ type: "long-animation-frame", buffered: true });`);
    await use(there);
    await there.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 100))))");
    const ran = await there.page.evaluate<Ran[]>("window.__ran");
    const long = ran.filter(({ url, ms }) => url.startsWith(shop.origin + path) && ms >= LONG_TASK_MS);
    if (!fewest || long.length < fewest.length) fewest = long;
    await there.context.close();
  }
  return fewest ?? [];
}

const tag = (mode: string) => `<script type="module" src="/pkg/auto.js" data-mode="${mode}" data-edge="${shop.origin}" data-store="de"
  data-locale="de-DE" data-consent="vanilla-cookieconsent"></script>`;

describe("no long task is ours", () => {
  it("with the launcher alone", async () => {
    const found = await longTasks("/pkg/", async ({ page }) => {
      shop.world.head = tag("interaction");
      await page.goto(shop.origin);
      await page.getByRole("button").waitFor();
    });
    expect(found).toEqual([]);
  });

  it("with the module loaded and consent not given", async () => {
    const found = await longTasks("/pkg/", async ({ page }) => {
      shop.world.head = tag("immediate");
      await page.goto(shop.origin);
      await page.waitForFunction(`commercetoolsTidio.status().engine === "wasm" && commercetoolsTidio.status().code === "consent_absent"`);
    });
    expect(found).toEqual([]);
  });

  it("while a chat loads and a person is identified", async () => {
    const found = await longTasks("/pkg/", async (there) => {
      await there.start(`{ session: () => ({ token: "customer-anna" }) }`);
      await there.until("ready", null);
    });
    expect(found).toEqual([]);
  });
});

it("would be seen: a script that keeps the page busy is named", async () => {
  const found = await longTasks("/busy.js", async ({ context, page }) => {
    await context.route("**/busy.js", (route) =>
      route.fulfill({ contentType: "text/javascript", body: "for (const end = performance.now() + 120; performance.now() < end; );" }),
    );
    shop.world.head = `<script src="/busy.js" defer></script>`;
    await page.goto(shop.origin);
    // The browser tells after the frame, on a busy machine some time after.
    await page.waitForFunction("__ran.some(({ url }) => url.endsWith('/busy.js'))");
  });
  expect(found).toHaveLength(1);
});
