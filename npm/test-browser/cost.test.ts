/**
 * What the package costs a page before anybody uses the chat: no task of 50 ms is its script's.
 *
 * The browser says which script ran in a long frame. In scope: this page, on which everything but the widget is ours;
 * at the machine's own speed. Out of scope: figures on a slow phone, which `cargo xtask bench page` prints.
 */
import { describe, expect, it } from "vitest";
import { shop, visit } from "./setup.js";

/** Longer tasks keep a shopper's tap waiting. */
const LONG_TASK_MS = 50;

interface Ran {
  url: string;
  ms: number;
}

/** Scripts that ran in frames longer than 50 ms. */
async function inLongFrames(): Promise<Ran[]> {
  await visit.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 100))))");
  return visit.page.evaluate("window.__ran");
}

async function watch(): Promise<void> {
  await visit.context.addInitScript(`
    window.__ran = [];
    new PerformanceObserver((list) => {
      for (const { scripts } of list.getEntries()) for (const { sourceURL, duration } of scripts) __ran.push({ url: sourceURL, ms: duration });
    }).observe({ type: "long-animation-frame", buffered: true });`);
}

const long = (ran: Ran[], path: string) => ran.filter(({ url, ms }) => url.startsWith(shop.origin + path) && ms >= LONG_TASK_MS);

const tag = (mode: string) => `<script type="module" src="/pkg/auto.js" data-mode="${mode}" data-edge="${shop.origin}" data-store="de"
  data-locale="de-DE" data-consent="vanilla-cookieconsent"></script>`;

describe("no long task is ours", () => {
  it("with the launcher alone", async () => {
    await watch();
    shop.world.head = tag("interaction");
    await visit.page.goto(shop.origin);
    await visit.page.getByRole("button").waitFor();
    expect(long(await inLongFrames(), "/pkg/")).toEqual([]);
  });

  it("with the module loaded and consent not given", async () => {
    await watch();
    shop.world.head = tag("immediate");
    await visit.page.goto(shop.origin);
    await visit.page.waitForFunction(`commercetoolsTidio.status().engine === "wasm" && commercetoolsTidio.status().code === "consent_absent"`);
    expect(long(await inLongFrames(), "/pkg/")).toEqual([]);
  });

  it("while a chat loads and a person is identified", async () => {
    await watch();
    await visit.start(`{ session: () => ({ token: "customer-anna" }) }`);
    await visit.until("ready", null);
    expect(long(await inLongFrames(), "/pkg/")).toEqual([]);
  });
});

it("would be seen: a script that keeps the page busy is named", async () => {
  await watch();
  await visit.context.route("**/busy.js", (route) =>
    route.fulfill({ contentType: "text/javascript", body: "for (const end = performance.now() + 120; performance.now() < end; );" }),
  );
  shop.world.head = `<script src="/busy.js" defer></script>`;
  await visit.page.goto(shop.origin);
  expect(long(await inLongFrames(), "/busy.js")).toHaveLength(1);
});
