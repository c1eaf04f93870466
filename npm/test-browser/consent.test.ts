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

/** Code that puts `window.source` on a page; `file` where it is not the source's own. */
async function code(name: string, file?: string): Promise<string> {
  const real = sources[name]?.packages !== undefined;
  const result = await build({
    entryPoints: [join(here, "consent-sources", file ?? (real ? `${name}.ts` : "recorded.ts"))],
    bundle: true,
    write: false,
    format: "iife",
    globalName: "__source",
    platform: "browser",
    define: { "process.env.NODE_ENV": '"production"', global: "window" },
    loader: { ".css": "text" },
    jsx: "automatic",
    logLevel: "error",
  });
  return `${result.outputFiles[0]?.text}; window.source = ${real ? "__source" : `__source.sources[${JSON.stringify(name)}]`};`;
}

const answer = (yes: boolean) => visit.page.evaluate(`source.answer(${yes})`);
const options = (source: string, more: object) => `{ consent: ${JSON.stringify({ source, ...more })} }`;

async function present(name: string, file?: string): Promise<string> {
  await visit.page.goto(shop.origin);
  await visit.page.evaluate(await code(name, file));
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

describe("a click on chat opens the real package's own dialogue, and a yes pressed there loads it", () => {
  /** What the shopper sees, presses to agree, and presses to refuse. */
  const dialogues = {
    "vanilla-cookieconsent": { file: undefined, seen: "#cc-main .pm", agree: "#cc-main .pm button:text('accept all')", refuse: "#cc-main .pm button:text('save')" },
    klaro: { file: undefined, seen: ".klaro .cm-modal", agree: ".klaro .cm-modal .cm-btn-accept-all", refuse: ".klaro .cm-modal .cn-decline" },
    c15t: { file: "c15t-dialog.tsx", seen: "dialog[open]", agree: "dialog[open] button:text-is('Accept All')", refuse: "dialog[open] button:text-is('Reject All')" },
  };
  const launcher = () => visit.page.getByRole("button", { name: "Open chat" });

  async function clickOnChat(name: string, file: string | undefined): Promise<void> {
    const purpose = await present(name, file);
    await visit.page.evaluate("source.install()");
    await visit.start(`{ mode: "interaction", consent: ${JSON.stringify({ source: name, chat: [purpose], share: [purpose] })} }`);
    // What asks on the first visit stands where it likes and takes the focus when it comes.
    await launcher().dispatchEvent("click");
  }

  it.each(Object.entries(dialogues))("%s: yes", async (name, { file, seen, agree }) => {
    await clickOnChat(name, file);
    await visit.page.locator(seen).waitFor();
    expect(shop.scripts, "before the answer").toEqual([]);
    expect(await visit.page.locator("#commercetools-tidio-notice").count()).toBe(0);
    await visit.page.locator(agree).click();
    expect((await visit.until("ready", null)).consent.source).toBe(name);
    await expect.poll(async () => (await visit.calls()).at(-1)).toEqual(["open"]);
    await visit.page.locator(seen).waitFor({ state: "hidden" });
  });

  it.each(Object.entries(dialogues))("%s: no", async (name, { file, seen, refuse }) => {
    await clickOnChat(name, file);
    await visit.page.locator(seen).waitFor();
    await visit.page.locator(refuse).click();
    await visit.until("waiting", "consent_denied");
    expect(shop.scripts).toEqual([]);
  });

  it("klaro: a switch that is moved and not saved allows nothing", async () => {
    await clickOnChat("klaro", undefined);
    await visit.page.locator(".klaro .cm-modal").waitFor();
    await visit.page.locator(".klaro .cm-modal .cm-services label[for*=tidio], .klaro .cm-modal .cm-purposes label[for*=functional]").first().click();
    await visit.page.waitForTimeout(500);
    expect(shop.scripts).toEqual([]);
    await visit.page.locator(".klaro .cm-modal .cm-btn-accept:not(.cm-btn-accept-all)").click();
    await visit.until("ready", null);
  });
});

it("klaro imported as a module, without a global: what it saves decides", async () => {
  const purpose = await present("klaro");
  await visit.page.evaluate("source.install(); delete window.klaro");
  expect(await visit.page.evaluate("window.klaro instanceof Element"), "its dialogue's element lends the name").toBe(true);
  await visit.start(options("auto", { chat: [purpose], share: [purpose] }));
  await visit.until("waiting", "consent_absent");
  await answer(true);
  expect((await visit.until("ready", null)).consent.source).toBe("klaro");
  await answer(false);
  await visit.until("withdrawn");
});

it("two switches, two answers: the shop names which purposes stand for chat and which for data", async () => {
  await present("google-consent-mode");
  await visit.page.evaluate("source.install()");
  await visit.start(options("google-consent-mode", { chat: ["functionality_storage"], share: ["functionality_storage", "personalization_storage"] }));
  const update = (more: object) => visit.page.evaluate(`(function () { dataLayer.push(arguments); })("consent", "update", ${JSON.stringify(more)})`);
  await update({ functionality_storage: "granted", personalization_storage: "denied" });
  expect((await visit.until("ready", null)).consent).toMatchObject({ chat: "granted", share: "denied" });
  await update({ personalization_storage: "granted" });
  await expect.poll(() => visit.page.evaluate("bridge.status().consent.share")).toBe("granted");
  await update({ functionality_storage: "denied" });
  await visit.until("withdrawn");
});

it("leaves the page's own functions as they were", async () => {
  await present("google-consent-mode");
  await visit.page.evaluate(`window.dataLayer = []; const own = dataLayer.push; dataLayer.push = function (...items) {
    window.own = [this === dataLayer, items.length]; return own.apply(this, items); }; source.install()`);
  await visit.start(options("google-consent-mode", { chat: ["functionality_storage"], share: ["functionality_storage"] }));
  await visit.until("waiting");
  expect(await visit.page.evaluate("[dataLayer.push({ event: 1 }, { event: 2 }), own]")).toEqual([3, [true, 2]]);
});
