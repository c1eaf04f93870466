/**
 * Every consent source in a real browser: present before us and found late, answered, changed both ways.
 *
 * Sources with `packages` in `consent-sources.json` are the real packages; the others are stand-ins after their
 * vendors' documentation. `docs/consent.md` prints the same file.
 */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import { shop, visit } from "./setup.js";

const here = dirname(fileURLToPath(import.meta.url));
const sources: Record<string, { packages?: string[] }> = JSON.parse(readFileSync(join(here, "consent-sources.json"), "utf8"));

/** Code that puts `window.source` on a page. */
async function code(name: string): Promise<string> {
  const real = sources[name]?.packages !== undefined;
  const result = await build({
    entryPoints: [join(here, "consent-sources", real ? `${name}.ts` : "recorded.ts")],
    bundle: true,
    write: false,
    format: "iife",
    globalName: "__source",
    platform: "browser",
    define: { "process.env.NODE_ENV": '"production"', global: "window" },
    logLevel: "error",
  });
  return `${result.outputFiles[0]?.text}; window.source = ${real ? "__source" : `__source.sources[${JSON.stringify(name)}]`};`;
}

const answer = (yes: boolean) => visit.page.evaluate(`source.answer(${yes})`);
const options = (source: string, more: object) => `{ consent: ${JSON.stringify({ source, ...more })} }`;

async function present(name: string): Promise<string> {
  await visit.page.goto(shop.origin);
  await visit.page.evaluate(await code(name));
  return visit.page.evaluate<string>("source.purpose");
}

/** The status starts as waiting; what counts is that this source was read, and nobody has answered. */
async function isAsked(name: string): Promise<void> {
  await expect.poll(() => visit.page.evaluate("bridge.status().consent.source"), { timeout: 25_000 }).toBe(name);
  await visit.until("waiting", "consent_pending");
}

/** Both answers and both changes, from a page on which nobody has answered. */
async function answersAndChanges(name: string): Promise<void> {
  await isAsked(name);
  expect(shop.scripts, "before consent").toEqual([]);
  await answer(true);
  expect((await visit.until("ready", null)).consent).toEqual({ chat: "granted", share: "granted", source: name });
  await answer(false);
  await visit.until("withdrawn");
  expect(await visit.chat(), "after withdrawal").toBeNull();
  await answer(true);
  await visit.until("ready", null);
}

describe.each(Object.keys(sources))("%s", (name) => {
  it("was there before us, and is named", async () => {
    const purpose = await present(name);
    await visit.page.evaluate("source.install()");
    await visit.start(options(name, { chat: [purpose], share: [purpose] }));
    await answersAndChanges(name);
  });

  it("comes late, and is found", async () => {
    const purpose = await present(name);
    await visit.start(options("auto", { chat: [purpose], share: [purpose] }));
    await visit.until("waiting", "consent_absent");
    expect((await visit.page.evaluate<any>("bridge.status()")).consent.source).toBe("none");
    await visit.page.evaluate("source.install()");
    await answersAndChanges(name);
  });

  it("says no at first", async () => {
    const purpose = await present(name);
    await visit.page.evaluate("source.install()");
    await visit.start(options(name, { chat: [purpose], share: [purpose] }));
    await isAsked(name);
    await answer(false);
    await visit.until("waiting", "consent_denied");
    expect(shop.scripts).toEqual([]);
    await answer(true);
    await visit.until("ready", null);
  });
});

describe("a click on chat opens the real package's own dialogue, and a yes there loads it", () => {
  /** What the shopper sees and presses. c15t itself draws nothing: its React package does. Klaro without its style sheet cannot be clicked. */
  const dialogues: Record<string, { seen: string; agree?: string }> = {
    "vanilla-cookieconsent": { seen: "#cc-main .pm", agree: "#cc-main .pm button:text('accept all')" },
    klaro: { seen: ".klaro .cm-modal" },
  };

  it.each(Object.entries(dialogues))("%s", async (name, { seen, agree }) => {
    const purpose = await present(name);
    await visit.page.evaluate("source.install()");
    await visit.start(`{ mode: "interaction", consent: ${JSON.stringify({ source: name, chat: [purpose], share: [purpose] })} }`);
    expect(await visit.page.locator(seen).isVisible()).toBe(false);
    await visit.page.getByRole("button", { name: "Open chat" }).click({ force: true });
    await visit.page.locator(seen).waitFor();
    expect(shop.scripts, "before the answer").toEqual([]);
    if (agree) await visit.page.locator(agree).click();
    else await answer(true);
    await visit.until("ready", null);
    await expect.poll(async () => (await visit.calls()).at(-1)).toEqual(["open"]);
    expect(await visit.page.locator("#commercetools-tidio-notice").count()).toBe(0);
  });

  it("c15t", async () => {
    const purpose = await present("c15t");
    await visit.page.evaluate("source.install()");
    await visit.start(`{ mode: "interaction", consent: { source: "c15t", chat: ["${purpose}"], share: ["${purpose}"] } }`);
    await visit.page.getByRole("button", { name: "Open chat" }).click();
    await visit.page.waitForFunction(`c15tStore.getState().activeUI === "dialog"`);
    expect(await visit.page.locator("#commercetools-tidio-notice").count()).toBe(0);
    await answer(true);
    await visit.until("ready", null);
  });
});

it("leaves the page's own functions as they were", async () => {
  await present("google-consent-mode");
  await visit.page.evaluate(`window.dataLayer = []; const own = dataLayer.push; dataLayer.push = function (...items) {
    window.own = [this === dataLayer, items.length]; return own.apply(this, items); }; source.install()`);
  await visit.start(options("google-consent-mode", { chat: ["functionality_storage"], share: ["functionality_storage"] }));
  await visit.until("waiting");
  expect(await visit.page.evaluate("[dataLayer.push({ event: 1 }, { event: 2 }), own]")).toEqual([3, [true, 2]]);
});
